"""Promises about an output over the whole batch that no batch could keep, or that hold nobody to anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from seawall.config.faults import Fault, KeyPath, dotted
from seawall.config.models import PipelineConfig
from seawall.config.near import did_you_mean
from seawall.config.outputs import Bound, Distribution
from seawall.config.places import Places
from seawall.shown import listed, shown

__all__ = ["Odd", "figures_of_texts", "is_written", "promise_faults", "unknown_labels"]

_ROUNDING = 1e-9
_UNBOUND = Bound()
Odd = tuple[KeyPath, str, str, str, str]
"""Keys below the output's name; what is wrong, seen, allowed, and what to do."""


def promise_faults(config: PipelineConfig, places: Places) -> Iterator[Fault]:
    """Promises against each other, and against the bounds that every published row keeps."""
    for name, promised in config.check_output.distribution.items():
        bound = config.check_output.bounds.get(name, _UNBOUND)
        kept = _UNBOUND if bound.on_violation == "warn" else bound  # what is warned of is published
        odd = (*_beyond(promised, kept), *_choices(promised, kept), *_between(promised))
        for keys, what, seen, allowed, todo in odd:
            path: KeyPath = ("check_output", "distribution", name, *keys)
            yield Fault(places.key(path), dotted(path), what, seen, allowed, todo)


def is_written(label: str, value: Any) -> bool:
    """Whether a label of the file, which is always a text, means the value."""
    if isinstance(value, bool):
        return label.casefold() == str(value).casefold()
    if isinstance(value, int | float):
        try:
            return float(label) == value
        except ValueError:
            return False
    return label == str(value)


def figures_of_texts(promised: Distribution) -> Iterator[Odd]:
    """Figures that are promised of an output whose values are texts."""
    for key in ("mean", "std", "quantiles", "max_mean_change"):
        if getattr(promised, key) not in (None, {}):
            todo = "promise the shares of its labels: labels: {late: [5%, 60%]}"
            yield (key,), f"the {key} of texts", "labels that are texts", "numbers", todo


def _beyond(promised: Distribution, bound: Bound) -> Iterator[Odd]:
    """Figures that lie outside what each single value may be."""
    low, high = _range(bound)
    figures: list[tuple[KeyPath, tuple[float, float]]] = [
        (("quantiles", name), ends) for name, ends in promised.quantiles.items()
    ]
    if promised.mean is not None:
        figures.append((("mean",), promised.mean))
    for keys, (least, most) in figures:
        if least > high or most < low:
            seen, allowed = f"{least:g} to {most:g}", f"within the bounds, {low:g} to {high:g}"
            yield keys, "no batch within the bounds can have it", seen, allowed, ""


def _range(bound: Bound) -> tuple[float, float]:
    numbers = [value for value in bound.one_of or () if not isinstance(value, str)]
    if bound.one_of is not None and len(numbers) == len(bound.one_of):
        return float(min(numbers)), float(max(numbers))
    low = float("-inf") if bound.min is None else bound.min
    return low, float("inf") if bound.max is None else bound.max


def _choices(promised: Distribution, bound: Bound) -> Iterator[Odd]:
    """Promises about other values than the bound's choices."""
    if bound.one_of is None:
        return
    if all(isinstance(value, str) for value in bound.one_of):
        yield from figures_of_texts(promised)
    yield from unknown_labels(promised, bound.one_of, "one_of of its bounds")
    most = len(bound.one_of)
    if promised.min_distinct is not None and promised.min_distinct > most:
        seen, allowed = f"{promised.min_distinct:,}", f"at most {most:,}, as one_of has"
        yield ("min_distinct",), "more values than the bounds allow", seen, allowed, ""


def unknown_labels(promised: Distribution, known: Sequence[Any], whose: str) -> Iterator[Odd]:
    """Labels whose share is promised, and which are none of the known ones."""
    for label in promised.labels:
        if not any(is_written(label, value) for value in known):
            what = f"a label that is not among the {whose}"
            todo = did_you_mean(label, list(map(str, known)))
            yield ("labels", label), what, shown(label), listed(map(shown, known)), todo


def _between(promised: Distribution) -> Iterator[Odd]:
    """Quantiles that would have to fall, and shares that are more than the whole."""
    rising = sorted(promised.quantiles.items(), key=lambda entry: float(entry[0][1:]))
    for (lower, (least, _)), (upper, (_, most)) in combinations(rising, 2):
        if least > most and float(lower[1:]) < float(upper[1:]):
            seen, allowed = f"at most {most:g}", f"at least {least:g}, as {lower} has to be"
            yield ("quantiles", upper), f"{upper} would be below {lower}", seen, allowed, ""
    total = sum(low for low, _ in promised.labels.values())
    if total > 1 + _ROUNDING:
        seen = f"at least {total * 100:g}% of the rows"
        yield ("labels",), "the labels' least shares are more than the whole", seen, "100%", ""
    top = promised.max_top_share
    for label, (low, _) in promised.labels.items():
        if top is not None and low > top:
            seen, allowed = f"at least {low * 100:g}%", f"max_top_share, {top * 100:g}%, at most"
            yield ("labels", label), "a share above max_top_share", seen, allowed, ""
