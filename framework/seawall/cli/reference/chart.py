"""A column's distribution in one line of a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seawall.profiles import ColumnProfile

__all__ = ["chart", "drawable"]

_BARS = "▁▂▃▄▅▆▇█"
_PLAIN = ".:-=+*#%"
_SHOWN = (0.01, 0.99)


def drawable(stream: TextIO) -> bool:
    """Whether the stream can show block characters."""
    try:
        _BARS.encode(getattr(stream, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def chart(column: ColumnProfile, *, width: int, plain: bool = False) -> str:
    """At most `width` bars: the tallest is full, a blank has no row, the lowest has at least one.

    Numbers between their 1st and 99th percentile, in intervals of the same length, with what lies
    between two grid points spread evenly; a bar a value where there are so few; words by their
    frequency. '' without values.
    """
    from seawall.profiles.shape import WORDED

    counts = _words(column, width) if column.shape.kind in WORDED else _numbers(column, width)
    if not counts.any():
        return ""
    bars = _PLAIN if plain else _BARS
    heights = np.ceil(counts / counts.max() * len(bars)).astype(int)
    return "".join(bars[height - 1] if height else " " for height in heights)


def _words(column: ColumnProfile, width: int) -> NDArray[np.float64]:
    return np.sort(column.cells[:-1])[::-1][:width].astype(np.float64)


def _numbers(column: ColumnProfile, width: int) -> NDArray[np.float64]:
    """How many values fall between each two of the evenly spaced ends."""
    from seawall.profiles.quantiles import stretches

    ends = column.quantiles(_SHOWN)
    low, high, counts = stretches(column.shape, column.cells, column.below, column.above)
    if len(counts) <= width and np.array_equal(low, high):
        return counts.astype(np.float64)
    if ends[0] == ends[1]:
        return np.asarray([1.0])
    edges = np.linspace(ends[0], ends[1], width + 1)
    edges[-1] = np.nextafter(edges[-1], np.inf)  # the last value is within
    point = high <= low
    share = (edges[:, None] - low) / np.where(point, 1.0, high - low)
    passed = np.where(point, edges[:, None] > low, np.clip(share, 0.0, 1.0))
    return np.diff(passed @ counts.astype(np.float64))
