"""How far values would have to be moved to make one sample into the other."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from seawall.profiles.column import ColumnProfile

__all__ = ["bulk", "wasserstein"]

CLIPPED = 0.001
IQR_OF_NORMAL = 1.349
"""The interquartile range of a normal distribution is 1.349 standard deviations."""

Floats = NDArray[np.float64]


def wasserstein(reference: ColumnProfile, batch: ColumnProfile) -> float:
    """∫|F − G| over the reference's bulk, in robust standard deviations: W₁ (Villani 2009) of clipped values.

    Values are clipped to the outermost grid points between the reference's 0.001 and 0.999
    quantiles, and lengths are divided by its interquartile range/1.349, or by its standard deviation
    where that range is 0. Within a gap of width h both samples are taken for evenly spread, which is off by at most
    h·(p + q)/2 when they have shares of p and q there. NaN where a side has no values, or the
    reference's bulk no width.
    """
    first, last = bulk(reference)
    unit = _unit(reference)
    if last <= first or not math.isfinite(unit) or not batch.counted:
        return math.nan
    with np.errstate(over="ignore"):  # a bulk wider than a float holds is inf
        widths = np.diff(np.asarray(reference.shape.grid[first : last + 1]) / unit)
    apart = np.cumsum(batch.cells) / batch.counted - np.cumsum(reference.cells) / reference.counted
    starts = apart[2 * first + 1 : 2 * last : 2]
    ends = apart[2 * first + 2 : 2 * last + 1 : 2]
    heights = _mean_height(starts, ends)
    moved = heights > 0  # where nothing has to be moved, an infinite width is no distance
    return float(np.dot(widths[moved], heights[moved]))


def bulk(reference: ColumnProfile) -> tuple[int, int]:
    """The first and the last grid point between the 0.001 and 0.999 quantiles; (0, -1) of nothing."""
    if not reference.counted or not reference.shape.grid:
        return 0, -1
    reached = np.cumsum(reference.cells) / reference.counted
    first = int(np.searchsorted(reached[1::2], CLIPPED))
    last = int(np.searchsorted(reached[:-1:2], 1 - CLIPPED, side="right")) - 1
    return first, last


def _unit(reference: ColumnProfile) -> float:
    """The reference's robust standard deviation; NaN where it has none."""
    low, high = reference.quantiles([0.25, 0.75]) or (0.0, 0.0)
    return (high - low) / IQR_OF_NORMAL or reference.std or math.nan


def _mean_height(starts: Floats, ends: Floats) -> Floats:
    """The mean of |line| from start to end: a trapezoid, or two triangles where the line crosses 0."""
    size = np.abs(starts) + np.abs(ends)
    crossing = (starts * starts + ends * ends) / np.where(size > 0, 2 * size, 1.0)
    return np.where(starts * ends >= 0, size / 2, crossing)
