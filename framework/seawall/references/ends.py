"""A column's range, told no more exactly than its cells tell it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from seawall.profiles.column import ColumnProfile
from seawall.profiles.moments import Moments
from seawall.profiles.tails import bucket_values

__all__ = ["without_ends"]

_REACH = 1.02
"""A bucket's middle times this is beyond its end: buckets are 1.6 % wide at most."""


def without_ends(column: ColumnProfile) -> Moments:
    """The moments, whose min and max are the ends of the outermost cells that hold a value.

    The smallest and the largest value are those of single rows. A point of the grid stays what it
    is; in a tail the end lies at most 2 % of the distance to the grid further out. Ends that would
    be beyond float64, and those that the counts do not bound, stay.
    """
    moments, filled = column.moments, np.flatnonzero(column.cells)
    if moments.min is None or moments.max is None or not len(filled):
        return moments
    bottom, top = _reach(column, int(filled[0]), int(filled[-1]))
    return replace(
        moments,
        min=bottom if -np.inf < bottom <= moments.min else moments.min,
        max=top if moments.max <= top < np.inf else moments.max,
    )


def _reach(column: ColumnProfile, first: int, last: int) -> tuple[float, float]:
    """The lower end of the first cell that holds a value, and the upper end of the last."""
    grid, (low, high) = column.shape.grid, column.shape.edges
    tails = low - _furthest(column.below), high + _furthest(column.above)
    if not grid:
        return tails
    bottom = grid[(first - 1) // 2] if first else tails[0]
    return bottom, grid[last // 2] if last // 2 < len(grid) else tails[1]


def _furthest(tail: Mapping[int, int]) -> float:
    """How far the values of the tail reach at most."""
    middles, _ = bucket_values(tail)
    return float(middles[-1]) * _REACH if len(middles) else 0.0
