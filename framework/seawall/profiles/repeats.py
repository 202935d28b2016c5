"""Which of many numbers stand there more than once, and how many different ones, without sorting all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seawall.profiles.blocks import blocks
from seawall.profiles.distinct import MOST_EXACT, REGISTERS, bucket_of
from seawall.profiles.hashing import Hashes, hash_numbers

__all__ = ["Repeats", "repeats_of"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Repeats:
    """Hashes in which every value stands at least once, and the frequent values with their rows."""

    hashes: Hashes
    kinds: Floats
    counts: Counts


def repeats_of(values: Floats, least: int) -> Repeats:
    """The values that stand in so many rows at least, 2 or more, counted exactly.

    Up to 4,096 values are sorted; of more, the buckets of their hashes are counted first. Where few
    buckets are filled there are few values, and most have one for themselves. Otherwise only the
    values of those are looked at that hold `least` rows, which are few.
    """
    if len(values) <= MOST_EXACT:
        return _frequent(*np.unique(values, return_counts=True), least)
    hashes = hash_numbers(values)
    held = _held(hashes)
    if np.count_nonzero(held) <= MOST_EXACT:
        return _frequent(*_kinds(values, bucket_of(hashes), held), least)
    full = held >= least
    crowded = values[full[bucket_of(hashes)]] if full.any() else values[:0]
    found = _frequent(*np.unique(crowded, return_counts=True), least)
    return Repeats(hashes, found.kinds, found.counts)


def _frequent(kinds: Floats, counts: Counts, least: int) -> Repeats:
    often = counts >= least
    return Repeats(hash_numbers(kinds), kinds[often] + 0.0, counts[often])


def _held(hashes: Hashes) -> Counts:
    held = np.zeros(REGISTERS, dtype=np.int64)
    for part in blocks(len(hashes)):
        held += np.bincount(bucket_of(hashes[part]), minlength=REGISTERS)
    return held


def _kinds(values: Floats, buckets: NDArray[np.int64], held: Counts) -> tuple[Floats, Counts]:
    """Every value once, with its rows: those that have the bucket's place, and the others, sorted."""
    place = np.empty(REGISTERS)
    place[buckets] = values
    late = place.take(buckets) != values
    others, counts = np.unique(values[late], return_counts=True)
    first = held - np.bincount(buckets[late], minlength=REGISTERS)
    filled = np.flatnonzero(held)
    return np.concatenate([place[filled], others]), np.concatenate([first[filled], counts])
