"""Columns of words of which the reference has none by name: to it, all batches look alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from seawall.contracts import Scalar
from seawall.drift.categories import unlisted_before
from seawall.drift.settings import Settings, Terms
from seawall.drift.values import Outcome
from seawall.drift.words import percent
from seawall.profiles import ColumnProfile, Profile
from seawall.profiles.shape import WORDED, Kind

__all__ = ["without_words"]

_BLIND = frozenset({"null share", "rows"})
"""Tests that need no words."""
_ALLOWED: dict[Kind, str] = {
    "categorical": "values that repeat: say kind text, or ordered of numbers, or leave a key out",
    "boolean": "true and false: say kind categorical, which names any values that repeat, or no kind",
}


def without_words(
    outcomes: Sequence[Outcome], reference: Profile, batch: Profile, settings: Settings
) -> Iterator[Outcome]:
    """The outcomes, but of a column without names only those of nulls, and that it is uncalibrated."""
    found = {
        name: _uncalibrated(name, reference.columns[name])
        for name, column in batch.columns.items()
        if _is_wordless(reference.columns.get(name), column, settings.of(name))
    }
    yield from (one for one in outcomes if one.column not in found or one.test in _BLIND)
    yield from found.values()


def _is_wordless(reference: ColumnProfile | None, batch: ColumnProfile, terms: Terms) -> bool:
    """Whether the names could all vanish, and no test would have to say so."""
    if reference is None or reference.shape != batch.shape or batch.shape.kind not in WORDED:
        return False
    if not reference.counted:
        return False
    return _due(reference) <= min(terms.floors.distance[0], terms.floors.new[0])


def _due(reference: ColumnProfile) -> float:
    """The share of values whose word is listed, and not by luck: that a batch has to have again."""
    return 1 - unlisted_before(reference).value


def _uncalibrated(name: str, reference: ColumnProfile) -> Outcome:
    due, kind = _due(reference), reference.shape.kind
    figures: dict[str, Scalar] = {"statistic": due}
    what = "are true or false" if kind == "boolean" else "are words that it names and has often"
    seen = (
        f"{percent(due) if due else 'none'} of the reference's {reference.counted:,} values {what}"
    )
    return Outcome(name, "uncalibrated", "distance", seen, _ALLOWED[kind], figures)
