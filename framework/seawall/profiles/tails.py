"""Values beyond a grid's ends, counted by how far they lie beyond."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

__all__ = ["LAST_BUCKET", "bucket_values", "tail_of"]

_BITS = 6
"""Bits of the mantissa that tell buckets apart: 64 a power of two."""
_SHIFT = np.uint32(23 - _BITS)
_HALF = np.uint32(1 << (22 - _BITS))
_LARGEST = float(np.finfo(np.float32).max)
LAST_BUCKET = int(np.float32(_LARGEST).view(np.uint32) >> _SHIFT)


def tail_of(distances: NDArray[np.float64]) -> dict[int, int]:
    """Counts by the leading bits (exponent and 6 of the mantissa) of each distance as float32.

    Distances are at least 0; those beyond float32, 3.4e38, are counted in its last bucket. As
    HdrHistogram and DDSketch do: what is read from a bucket lies within 0.8 % of the distance.
    """
    narrow = (np.minimum(distances, _LARGEST) + 0.0).astype(np.float32)  # -0.0 is 0.0
    counts = np.bincount(narrow.view(np.uint32) >> _SHIFT)
    filled = np.flatnonzero(counts)
    return dict(zip(filled.tolist(), counts[filled].tolist(), strict=True))


def bucket_values(tail: Mapping[int, int]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The middle of each bucket, ascending, and how many values it counts."""
    order = sorted(tail)
    low = np.asarray(order, dtype=np.uint32) << _SHIFT
    middle = np.where(low, low | _HALF, low).astype(np.uint32).view(np.float32)
    counts = np.asarray([tail[bucket] for bucket in order], dtype=np.int64)
    return middle.astype(np.float64), counts
