"""The points by which a column's numbers are counted, from a sample of them."""

from __future__ import annotations

import math
import sys

import numpy as np
from numpy.typing import NDArray

from seawall.profiles.shape import MOST_POINTS

__all__ = ["grid_of"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

_DIGITS = 2
_OFTEN = 5
_LARGEST = sys.float_info.max
_WIGGLE = 8 * (MOST_POINTS - 1)


def grid_of(finite: Floats) -> tuple[float, ...]:
    """At most 256 points: every value where there are so few, else quantiles and frequent values.

    A value of at least one row in 256 is a point exactly as it is, as is a chosen one of five rows. The
    others are rounded, so that none tells of a single row: the ends outward, to three digits of the
    range, inner points to the shortest decimal nearby. Strictly between two points lie at most
    1.25/255 of the sample, and ten rows.
    """
    values, counts = np.unique(finite + 0.0, return_counts=True)  # -0.0 is 0.0
    if len(values) <= MOST_POINTS:
        return tuple(values.tolist())
    frequent = counts * MOST_POINTS >= counts.sum()
    chosen = _chosen(counts, frequent)
    exact = frequent[chosen] | (counts[chosen] >= _OFTEN)
    points = np.where(exact, values[chosen], _rounded(values, counts, chosen))
    low, high = _outward(float(values[0]), float(values[-1]))
    points[0] = points[0] if exact[0] else low
    points[-1] = points[-1] if exact[-1] else high
    return tuple(points.tolist())


def _chosen(counts: Counts, frequent: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Which values are points: the frequent ones, and as many quantiles as fit beside them."""
    reached, quantiles = counts.cumsum(), MOST_POINTS
    while True:
        ranks = np.maximum(np.ceil(np.linspace(0, 1, quantiles) * reached[-1]), 1)
        chosen = np.union1d(np.searchsorted(reached, ranks), np.flatnonzero(frequent))
        if len(chosen) <= MOST_POINTS:
            return chosen
        quantiles = max(quantiles - (len(chosen) - MOST_POINTS), 0)


def _rounded(values: Floats, counts: Counts, chosen: NDArray[np.intp]) -> Floats:
    """Each chosen value as the shortest decimal near it: nearer to it than to other points."""
    reached = counts.cumsum()
    middle = reached - counts / 2
    apart = reached[-1] / _WIGGLE
    last = len(values) - 1
    lower = np.minimum(np.searchsorted(reached, middle[chosen] - apart), chosen - 1)
    upper = np.maximum(np.searchsorted(reached, middle[chosen] + apart), chosen + 1)
    low, high = values[np.maximum(lower, 0)], values[np.minimum(upper, last)]
    between = values[chosen[:-1]] / 2 + values[chosen[1:]] / 2
    low[1:], high[:-1] = np.maximum(low[1:], between), np.minimum(high[:-1], between)
    found = zip(values[chosen].tolist(), low.tolist(), high.tolist(), strict=True)
    return np.asarray([_shortest(*each) for each in found])


def _shortest(value: float, low: float, high: float) -> float:
    """The value with as few decimals as leave it strictly between the two."""
    width = high / 2 - low / 2
    if width <= 0:
        return value
    first = -math.ceil(math.log10(width) + 0.5)
    for digits in range(first, first + 4):
        short = _round(value, digits)
        if low < short < high:
            return short
    return value


def _outward(low: float, high: float) -> tuple[float, float]:
    """Both ends, moved outward to multiples of a power of ten: by at most a hundredth of the range."""
    digits = _DIGITS - math.floor(math.log10(high / 2 - low / 2) + math.log10(2))
    step = 10.0**-digits
    first = _round(math.floor(low / step) * step, digits)
    last = _round(math.ceil(high / step) * step, digits)
    return max(min(first, low), -_LARGEST), min(max(last, high), _LARGEST)


def _round(value: float, digits: int) -> float:
    """The value to so many decimals; infinite where no float is as large."""
    try:
        return round(value, digits)
    except OverflowError:
        return math.copysign(math.inf, value)
