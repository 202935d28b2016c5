"""What of a column's effect is held against its own history: one number a test, 0 for no difference."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from seawall.drift.effects import Effect
from seawall.drift.settings import Floors
from seawall.drift.significance import radius

__all__ = [
    "MOVES",
    "ROWS",
    "ROWS_FLOORS",
    "TESTS",
    "by_chance",
    "floors_of",
    "magnitudes",
    "shift_of",
]

MOVES = ("distance", "location", "scale")
"""Tests of the whole distribution; the others are of shares."""
ROWS = "rows"
"""The test of the batch itself: by how much ln(rows) differs from the median of the batches before."""
ROWS_FLOORS = (math.log(1.25), math.log(2))
TESTS = (*MOVES, "null share", "infinities", "unlisted", "top value")
_CHANCE = 0.05
_TWO_SIGMA = 2.0


def magnitudes(effect: Effect) -> NDArray[np.float64]:
    """One value for each of TESTS; NaN where there is nothing to compare.

    The distance is what exceeds chance, location the shift of the mean in standard deviations, scale
    the change of ln(standard deviation), both without their sign. Of shares only a rise counts.
    """
    top = max(effect.top - effect.top_before, effect.risen - effect.risen_before)
    found = np.array(
        [
            max(effect.distance - effect.noise, 0.0),
            abs(effect.shift),
            abs(effect.spread),
            max(effect.nulls - effect.reference_nulls, 0.0),
            max(effect.infinities - effect.reference_infinities, 0.0),
            max(effect.unlisted - effect.reference_unlisted, 0.0),
            max(top, 0.0),
        ]
    )
    if math.isnan(effect.distance):
        found[[TESTS.index(name) for name in (*MOVES, "unlisted", "top value")]] = np.nan
    return found


def by_chance(effect: Effect, usual_rows: float) -> NDArray[np.float64]:
    """How much of each magnitude a batch has by chance alone, beyond one of the usual number of rows.

    Thresholds that are learned from batches of 10,000 rows are too strict for one of 300. At 5 %: the
    radius of KS D, two standard errors of a mean, of ln(standard deviation), of a share.
    """
    rows, there = max(effect.rows, 1), max(effect.reference_rows, 1)
    if rows >= usual_rows or not usual_rows:
        return np.zeros(len(TESTS))
    more = 1 / math.sqrt(rows) - 1 / math.sqrt(usual_rows)
    apart = radius(_CHANCE, rows, there) - radius(_CHANCE, usual_rows, there)
    shares = (
        (effect.nulls, effect.reference_nulls),
        (effect.infinities, effect.reference_infinities),
        (effect.unlisted, effect.reference_unlisted),
        (effect.top, effect.top_before),
    )
    errors = [math.sqrt(_variance(now, before)) for now, before in shares]
    return np.array(
        [apart, *(_TWO_SIGMA * more * error for error in (1.0, math.sqrt(0.5), *errors))]
    )


def floors_of(floors: Floors) -> NDArray[np.float64]:
    """From which magnitude on each of TESTS warns, and fails; shape (tests, 2).

    A shift of the mean, or of ln(standard deviation), is as large as the distance that the same shift
    of a normal column would have.
    """
    moved = tuple(shift_of(distance) for distance in floors.distance)
    return np.array(
        [floors.distance, moved, moved, floors.nulls, floors.new, floors.new, floors.top]
    )


def shift_of(distance: float) -> float:
    """The shift in standard deviations at which two normal columns are so far apart: 2·Φ⁻¹((1 + D)/2)."""
    from scipy.special import ndtri

    return float(2 * ndtri((1 + min(distance, 1 - 1e-9)) / 2))


def _variance(now: float, before: float) -> float:
    """Of a share that is the reference's, as far as that is known to lie above 0."""
    return max(before * (1 - before), min(now, 0.5) * 0.1)
