"""What is proposed for a column, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from seawall.infer.draft import Draft, Terms
from seawall.infer.stats import NULL_WORDS
from seawall.infer.views import View
from seawall.shown import shown

__all__ = ["Proposal", "proposed"]

_KEPT = ("nulls", "parse", "infinities", "length", "max_new_share", "on_violation", "description")
"""Keys of the file's own contract that are a person's choice."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A column's contract as the file would have it; `notes` say what was seen.

    Without a contract the column cannot be declared. `read` is whether the pipeline reads it so far,
    `declared` what the file says of it, `lookup` which lookup adds it: its rows were not looked at.
    """

    column: str
    contract: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    read: bool = True
    declared: Mapping[str, Any] | None = None
    lookup: str = ""

    @property
    def differs(self) -> dict[str, Any]:
        """What the file says otherwise; None for what it does not say."""
        if self.declared is None:
            return {}
        names = dict.fromkeys([*self.declared, *self.contract])
        changed = (name for name in names if self.declared.get(name) != self.contract.get(name))
        return {name: self.declared.get(name) for name in changed}


def proposed(
    column: str, views: Sequence[View], terms: Terms, declared: Mapping[str, Any] | None
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The contract that every row seen keeps, with notes on it; an empty one where there is none."""
    chosen = _chosen(views, terms)
    if chosen is None:
        problem = views[-1].problem if views else "the format has no such type"
        return {}, (f"cannot be declared: {problem}",)
    if not chosen.stats.known and not chosen.declared:
        return {}, ("every value is null, so nobody can say what it is",)
    kept = {name: declared[name] for name in _KEPT if declared and name in declared}
    draft = Draft(column, chosen, terms)
    notes = (*_unlike(views), *draft.notes(), *_could_be(views, chosen))
    return {**draft.contract(), **kept}, notes


def _chosen(views: Sequence[View], terms: Terms) -> View | None:
    """The declared type if every value has it; of text without types what all of it can be read as."""
    sound = [view for view in views if not view.problem]
    best = [view for view in sound if view.declared]
    if terms.typeless:
        text = next(view for view in views if view.native)
        read = [view for view in sound if not (view.native or view.declared or view.guess)]
        best += [v for v in read if v.stats.known and v.stats.nulls == text.stats.nulls]
    best += [view for view in sound if view.native]
    return best[0] if best else None


def _unlike(views: Sequence[View]) -> Iterator[str]:
    """Where the data are not what the file declares."""
    for view in views:
        if view.declared and view.problem:
            yield f"not the declared {view.contract['dtype']}: {view.problem}"


def _could_be(views: Sequence[View], chosen: View) -> Iterator[str]:
    """What text looks like, and the words in it that may mean null."""
    if chosen.contract["dtype"] not in {"string", "category"}:
        return
    for word in NULL_WORDS:
        if count := chosen.stats.words[word]:
            yield f"{count:,} values {word!r}: nulls: [{shown(word)}] would make them null"
    read = [view for view in views if not (view.native or view.declared or view.problem)]
    known = [view for view in read if view.stats.known]
    plain = next((view for view in known if not view.guess), None)
    if plain is not None:
        yield f"looks like {_typed(plain)}"
    elif known:
        yield f"looks like {' or '.join(map(_typed, _meanings(known)))}"
    elif any(
        text.isdigit() and text[0] == "0" and len(text) > 1 for text in chosen.stats.values or {}
    ):
        yield "digits with zeros in front, which a number would lose"


def _meanings(views: Sequence[View]) -> Iterator[View]:
    """The first of all views in which the column's ends are the same: 1,234 is one number or the other."""
    met = set()
    for view in views:
        ends = (view.contract["dtype"] == "timestamp", view.stats.low, view.stats.high)
        if ends not in met:
            met.add(ends)
            yield view


def _typed(view: View) -> str:
    """The view's type and how it reads text, as the file would say it."""
    contract = view.contract
    zone = f", timezone: {contract['timezone']}" if "timezone" in contract else ""
    ways = ", ".join(f"{_key(name)}: {way!r}" for name, way in contract.get("parse", {}).items())
    return f"dtype: {contract['dtype']}{zone}" + (f", parse: {{{ways}}}" if ways else "")


def _key(name: str) -> str:
    """YAML takes some plain words for truth values."""
    return repr(name) if name in {"true", "false"} else name
