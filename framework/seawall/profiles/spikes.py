"""Frequent values in a tail, told exactly: a bucket knows a value to 0.8 %, and a sentinel has a name."""

from __future__ import annotations

import numpy as np

from seawall.profiles.atoms import Atoms
from seawall.profiles.quantiles import Stretches
from seawall.profiles.shape import Shape
from seawall.profiles.tails import bucket_values, tail_of

__all__ = ["spiked"]


def spiked(where: Stretches, shape: Shape, atoms: Atoms) -> Stretches:
    """The stretches; a bucket of a tail that one frequent value mostly fills has that value in it.

    Of k values of which c are equal, the ones of rank k − c + 1 to c are these, wherever the others
    lie. Before and behind stands the middle of the bucket or the value, whichever is further out: no
    value is further off than it was.
    """
    low, high, counts = where
    known = sorted((rows, float(name)) for name, rows in atoms.counts.items())
    # The last one of a bucket, which stays, is its most frequent.
    buckets = {_middle(value, shape): (value, rows) for rows, value in known}
    for middle, (value, rows) in buckets.items():
        found = np.flatnonzero((low == middle) & (high == middle))
        if len(found) == 1 and 2 * rows > counts[found[0]]:
            low, high, counts = _split((low, high, counts), int(found[0]), value, rows)
    return low, high, counts


def _split(where: Stretches, place: int, value: float, rows: int) -> Stretches:
    """The bucket at the place as three, of which the second one has the value."""
    low, high, counts = where
    middle, others = float(low[place]), int(counts[place]) - rows
    values = np.array([min(value, middle), value, max(value, middle)])
    filled = np.array([others, rows - others, others])
    kept, there = np.arange(len(counts)) != place, filled > 0
    ends = [np.insert(end[kept], place, values[there]) for end in (low, high)]
    return ends[0], ends[1], np.insert(counts[kept], place, filled[there])


def _middle(value: float, shape: Shape) -> float:
    """The middle of the bucket that the value is counted in; NaN where it is in no tail."""
    first, last = shape.edges
    with np.errstate(over="ignore"):  # as in stretches, clipped by whoever asks
        if value < first:
            return float(first - _known(first - value))
        return float(last + _known(value - last)) if value > last or not shape.grid else np.nan


def _known(distance: float) -> np.float64:
    middles, _ = bucket_values(tail_of(np.array([distance])))
    return np.float64(middles[0])
