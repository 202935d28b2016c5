"""What is promised of labels, held against the labels that the model answers with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from seawall.config.faults import Fault, KeyPath, dotted
from seawall.config.load import LoadedConfig
from seawall.config.outputs import Bound, Distribution
from seawall.config.promises import Odd, figures_of_texts, unknown_labels
from seawall.models import Model
from seawall.shown import listed, shown

__all__ = ["label_faults"]

_UNBOUND, _WHOSE = Bound(), "classes of the model"


def label_faults(loaded: LoadedConfig, model: Model) -> Iterator[Fault]:
    """Promises about labels that the model does not have, or about numbers where its labels are texts."""
    checks = loaded.config.check_output
    for name, labels in model.labels.items():
        found = list(_of_bound(checks.bounds.get(name, _UNBOUND), labels))
        promised = checks.distribution.get(name)
        if promised is not None:
            found += _of_distribution(promised, labels)
        for keys, what, seen, allowed, todo in found:
            section = "bounds" if keys[0] in Bound.model_fields else "distribution"
            path: KeyPath = ("check_output", section, name, *keys)
            yield Fault(loaded.places.key(path), dotted(path), what, seen, allowed, todo)


def _of_distribution(promised: Distribution, labels: Sequence[Any]) -> Iterator[Odd]:
    yield from unknown_labels(promised, labels, _WHOSE)
    if _are_texts(labels):
        yield from figures_of_texts(promised)


def _of_bound(bound: Bound, labels: Sequence[Any]) -> Iterator[Odd]:
    """Choices of another type than the label they look like, none that is a label, and mere numbers."""
    known = listed(map(shown, labels))
    for number, choice in enumerate(bound.one_of or ()):
        alike = [label for label in labels if str(label) == str(choice)]
        if alike and choice not in labels:
            todo = f"write {shown(alike[0])}"
            what = "a choice of another type than the model's class"
            yield ("one_of", number), what, shown(choice), known, todo
            return
    if bound.one_of is not None and not set(bound.one_of) & set(labels):
        what, seen = f"none of the choices is among the {_WHOSE}", listed(map(shown, bound.one_of))
        yield ("one_of",), what, seen, known, ""
    for key in ("min", "max"):
        if getattr(bound, key) is not None and _are_texts(labels):
            todo = f"write one_of in place of min and max: {known}"
            yield (key,), f"{key} of texts", "labels that are texts", "numbers", todo


def _are_texts(labels: Sequence[Any]) -> bool:
    return all(isinstance(label, str) for label in labels)
