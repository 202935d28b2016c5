"""Texts, of which lengths are counted: one text in every row may be as long as all before."""

from __future__ import annotations

import math
from collections.abc import Iterator

from seawall.contracts import Scalar
from seawall.drift.settings import Settings, Terms
from seawall.drift.values import Outcome
from seawall.drift.words import values
from seawall.profiles import ColumnProfile, Profile

__all__ = ["DIFFERENT", "OF_TEXTS", "text_outcomes"]

DIFFERENT = "different texts"
OF_TEXTS = frozenset({DIFFERENT, "frozen"})
"""Tests that look at the texts themselves; all others at their lengths."""
_SURE_OF_ONE = 10
_SURE_OF_FEW = 30
_COLLAPSE = 0.1


def text_outcomes(reference: Profile, batch: Profile, settings: Settings) -> Iterator[Outcome]:
    """What is to be said of columns of texts that have far fewer different ones than the reference.

    A failure where one text stands in every row and ten are due at least; a warning where it
    is less than a tenth of those that are due, of which that takes thirty.
    """
    for name, column in batch.columns.items():
        known = reference.columns.get(name)
        if column.shape.kind == "text" and known is not None and known.shape == column.shape:
            yield from _outcomes(name, known, column, settings.of(name))


def _outcomes(
    name: str, reference: ColumnProfile, batch: ColumnProfile, terms: Terms
) -> Iterator[Outcome]:
    due, now = _due(reference, batch.counted), batch.distinct.count
    limit = math.ceil(due * _COLLAPSE)
    frozen = now == 1 and due >= _SURE_OF_ONE
    if not frozen and (due < _SURE_OF_FEW or now >= due * _COLLAPSE):
        return
    before = f"{reference.distinct.count:,} in {values(reference.counted)}"
    seen = f"{now:,} different in {values(batch.counted)}, before {before}"
    figures: dict[str, Scalar] = {"statistic": now, "usual": due, "limit": limit}
    test, status = ("frozen", terms.most) if frozen else (DIFFERENT, "warn")
    allowed = "more than one text" if frozen else f"at least {limit:,}"
    yield Outcome(name, status, test, seen, allowed, figures)


def _due(reference: ColumnProfile, rows: int) -> float:
    """How many different texts so many rows of the reference have at least, on average.

    d·min(1, n/N) with d of N rows: what further rows add becomes ever less (Hurlbert, "The nonconcept
    of species diversity", 1971: rarefaction).
    """
    if not reference.counted:
        return 0.0
    return reference.distinct.count * min(1.0, rows / reference.counted)
