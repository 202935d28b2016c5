"""Counts of which many are zero, written shortly."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

__all__ = ["packed", "unpacked"]


def packed(counts: Iterable[int]) -> list[int]:
    """The counts, with two zeros or more in a row as −n."""
    found: list[int] = []
    for count, run in itertools.groupby(counts):
        length = sum(1 for _ in run)
        found += [count] * length if count or length == 1 else [-length]
    return found


def unpacked(counts: Sequence[int], wanted: int) -> list[int]:
    """So many counts, ValueError when they are more or fewer."""
    if sum(1 if count >= 0 else -count for count in counts) != wanted:
        raise ValueError(f"not {wanted:,} counts")
    return list(_spread(counts))


def _spread(counts: Sequence[int]) -> Iterator[int]:
    for count in counts:
        if count >= 0:
            yield count
        else:
            yield from itertools.repeat(0, -count)
