"""Whether the rows that a fallback served explain what moved."""

from __future__ import annotations

import math

from seawall.drift.effects import Effect, effect
from seawall.drift.significance import radius
from seawall.drift.words import SIGNS, number, percent, values
from seawall.profiles import ColumnProfile

__all__ = ["FALLBACK", "change_of", "without_fallback"]

FALLBACK = "the fallback"
_CHANCE = 0.05
_NEARLY_NONE = 1 / 3
_NEARLY_ALL = 2 / 3
_CHANGES = {
    "null share": ("nulls", "reference_nulls"),
    "infinities": ("infinities", "reference_infinities"),
    "unlisted": ("unlisted", "reference_unlisted"),
    "top value": ("risen", "risen_before"),
    "frozen": ("top", "top_before"),
}


def change_of(test: str, seen: Effect) -> float:
    """The effect that the test is about, as large as it is in either direction; NaN of no values."""
    if test in _CHANGES:
        now, before = _CHANGES[test]
        return abs(float(getattr(seen, now)) - float(getattr(seen, before)))
    if test in {"location", "scale"}:
        return abs(seen.shift if test == "location" else seen.spread)
    return seen.distance


def without_fallback(
    test: str, reference: ColumnProfile, batch: ColumnProfile, live: ColumnProfile
) -> str:
    """What remains on the rows that no fallback served, and whose the shift is, therefore.

    `D = 0.24 overall, 0.01 on live rows: the shift is the fallback's`.
    """
    whole, rest = (change_of(test, effect(reference, column)) for column in (batch, live))
    if not live.rows or math.isnan(rest):
        return f"Every row was served by {FALLBACK}: no live row is left to compare"
    said = f"{_written(test, whole)} overall, {_written(test, rest, sign='')} on live rows"
    said = said[0].upper() + said[1:]
    if rest <= whole * _NEARLY_NONE:
        return f"{said}: the shift is {FALLBACK}'s"
    chance = radius(_CHANCE, live.counted, reference.counted)
    if test not in _CHANGES and chance >= whole:
        return (
            f"{said}: {values(live.counted)} are too few to tell whether the shift is {FALLBACK}'s"
        )
    if rest <= whole * _NEARLY_ALL:
        return f"{said}: {FALLBACK} is a part of the shift"
    return f"{said}: the shift is not {FALLBACK}'s"


def _written(test: str, change: float, *, sign: str | None = None) -> str:
    if test in _CHANGES:
        return percent(change) if sign is not None else f"{test} moved by {percent(change)}"
    name = SIGNS.get(test, "D") if sign is None else ""
    return f"{name} = {number(change)}" if name else number(change)
