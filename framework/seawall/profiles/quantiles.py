"""Quantiles, read off the counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from seawall.profiles.shape import Shape
from seawall.profiles.tails import bucket_values

__all__ = ["Stretches", "bounds", "quantiles", "stretches"]

Floats = NDArray[np.float64]
Stretches = tuple[Floats, Floats, NDArray[np.int64]]


def quantiles(where: Stretches, shares: Sequence[float]) -> list[float]:
    """The smallest value that at least these shares of the values do not exceed; [] of nothing.

    Found in the stretch that holds the value of that rank, in a gap by linear interpolation.
    """
    low, high, counts = where
    reached, ranks = counts.cumsum(), _ranks(counts, shares)
    if not len(reached):
        return []
    place = np.searchsorted(reached, ranks)
    into = (ranks - (reached[place] - counts[place]) - 0.5) / counts[place]
    found = low[place] * (1 - into) + high[place] * into
    return [float(value) for value in np.where(low[place] == high[place], low[place], found)]


def bounds(where: Stretches, shares: Sequence[float]) -> list[tuple[float, float]]:
    """The ends of the stretch that each quantile lies in; [] of nothing."""
    low, high, counts = where
    ranks = _ranks(counts, shares)
    if not len(counts):
        return []
    place = np.searchsorted(counts.cumsum(), ranks)
    return list(zip(low[place].tolist(), high[place].tolist(), strict=True))


def _ranks(counts: NDArray[np.int64], shares: Sequence[float]) -> Floats:
    """Which of the values, ascending from 1, each quantile is.

    Raises TypeError for what is no list of shares, ValueError for a number that is no share.
    """
    if isinstance(shares, str) or not isinstance(shares, Iterable):
        raise TypeError(f"quantiles of {shares!r}, allowed: a list of shares, [0.05, 0.5]")
    odd = [share for share in shares if not 0 <= share <= 1]
    if odd:
        raise ValueError(f"a quantile of {odd[0]!r}, allowed: shares from 0 to 1")
    rows = counts.sum()
    # 0.05 × 20 is 1 and a bit in floating point, and is meant to be the first of twenty.
    ranks: Floats = np.clip(np.ceil(np.asarray(shares) * rows - 1e-9), 1, rows)
    return ranks


def stretches(
    shape: Shape, cells: NDArray[np.int64], below: Mapping[int, int], above: Mapping[int, int]
) -> Stretches:
    """Where the values lie, ascending: each stretch's low and high end, and how many it holds.

    A grid point or a bucket of a tail is a stretch of no length. Empty ones are left out.
    """
    first, last = shape.edges
    deep, low_counts = bucket_values(below)
    far, high_counts = bucket_values(above)
    grid = np.asarray(shape.grid)
    with np.errstate(over="ignore"):  # clipped to the column's range by whoever asks
        low = np.concatenate([(first - deep)[::-1], _inner(grid, grid[:-1]), last + far])
        high = np.concatenate([(first - deep)[::-1], _inner(grid, grid[1:]), last + far])
    counts = np.concatenate([low_counts[::-1], cells[1:-1], high_counts])
    filled = counts > 0
    return low[filled], high[filled], counts[filled]


def _inner(points: Floats, gaps: Floats) -> Floats:
    """Points and gaps in turn, as the cells between both tails have them."""
    inner = np.empty(max(2 * len(points) - 1, 0))
    inner[::2], inner[1::2] = points, gaps
    return inner
