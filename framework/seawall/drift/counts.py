"""The values of two samples, counted in the same cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seawall.profiles.column import ColumnProfile
from seawall.profiles.shape import WORDED

__all__ = ["Counts", "counted"]


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """How many values of a reference and of a batch lie in each cell: two int64 arrays, equally long.

    The cells of an ordered column stand in the order of their values, those of a categorical one in
    the order of its vocabulary, with what it does not name at the end. `single` marks the cells
    that hold one value each; in the others several values may hide.
    """

    reference: NDArray[np.int64]
    batch: NDArray[np.int64]
    single: NDArray[np.bool_]

    @property
    def rows(self) -> int:
        """The values of the batch."""
        return int(self.batch.sum())

    @property
    def reference_rows(self) -> int:
        """The values of the reference."""
        return int(self.reference.sum())

    @property
    def comparable(self) -> bool:
        """Whether both sides have a value."""
        return self.rows > 0 and self.reference_rows > 0


def counted(reference: ColumnProfile, batch: ColumnProfile) -> Counts:
    """The finite values, or the categories, of both in the same cells; nulls are no values.

    ValueError when the two were not counted by the same shape.
    """
    if reference.shape != batch.shape:
        raise ValueError(
            f"the reference was counted by {reference.shape}, the batch by {batch.shape}: "
            "only profiles of the same shape can be compared; measure both with the reference's shape"
        )
    if batch.shape.kind in WORDED:
        single = np.arange(len(batch.cells)) < len(batch.cells) - 1
        return Counts(reference.cells, batch.cells, single)
    return _in_order(reference, batch)


def _in_order(reference: ColumnProfile, batch: ColumnProfile) -> Counts:
    """The cells of the grid, the outermost two split by the distance to its ends (without a grid: to 0)."""
    below = [side[::-1] for side in _tails(reference.below, batch.below)]
    above = _tails(reference.above, batch.above)
    inner = max(len(batch.cells) - 2, 0)
    single = np.zeros(len(below[0]) + inner + len(above[0]), dtype=np.bool_)
    single[len(below[0]) : len(below[0]) + inner : 2] = True
    return Counts(
        np.concatenate([below[0], reference.cells[1:-1], above[0]]),
        np.concatenate([below[1], batch.cells[1:-1], above[1]]),
        single,
    )


def _tails(
    reference: Mapping[int, int], batch: Mapping[int, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The counts of both by distance, the nearest first."""
    distances = sorted({*reference, *batch})
    first = [reference.get(distance, 0) for distance in distances]
    second = [batch.get(distance, 0) for distance in distances]
    return np.array(first, np.int64), np.array(second, np.int64)
