"""A column described by counts, so that descriptions of chunks add up to one of the batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from seawall.profiles.atoms import Atoms
from seawall.profiles.distinct import Distinct
from seawall.profiles.moments import Moments
from seawall.profiles.quantiles import Stretches, bounds, quantiles, stretches
from seawall.profiles.shape import WORDED, Shape
from seawall.profiles.spikes import spiked

__all__ = ["ColumnProfile", "unseen"]


@dataclass(frozen=True, slots=True, eq=False)
class ColumnProfile:
    """What a column's values are: counted by its shape, with moments, tails, and two sketches.

    `cells` counts the finite values of a grid g of k points in 2k + 1 cells: those below g[0], equal
    to g[0], strictly between g[0] and g[1], and so on to those above g[k − 1]; without a grid its one
    cell counts them all. Words are counted in the vocabulary's order, and in the last cell those that it
    does not name. `below` and `above` count the values of the outer cells by their distance to
    the grid's end (without a grid: negative values and the others, by their distance to 0).
    `moments` are those of values, of seconds since 1970 UTC, or of lengths in characters. A NaN is a
    null in numpy's columns, which have no other; `nans` counts those that stand beside nulls.
    Everything but mean, m2 and atoms is the same, bit for bit, for any chunking.
    """

    shape: Shape
    rows: int
    nulls: int
    nans: int
    minus_infinities: int
    plus_infinities: int
    moments: Moments
    cells: NDArray[np.int64]
    below: Mapping[int, int] = field(default_factory=dict)
    above: Mapping[int, int] = field(default_factory=dict)
    atoms: Atoms = field(default_factory=Atoms)
    distinct: Distinct = field(default_factory=Distinct)

    def __add__(self, other: ColumnProfile) -> ColumnProfile:
        """The profile of both chunks; ValueError when they are not counted by the same shape."""
        if self.shape != other.shape:
            raise ValueError(f"profiles of other shapes do not add: {self.shape}; {other.shape}")
        return ColumnProfile(
            shape=self.shape,
            rows=self.rows + other.rows,
            nulls=self.nulls + other.nulls,
            nans=self.nans + other.nans,
            minus_infinities=self.minus_infinities + other.minus_infinities,
            plus_infinities=self.plus_infinities + other.plus_infinities,
            moments=self.moments + other.moments,
            cells=self.cells + other.cells,
            below=_sum(self.below, other.below),
            above=_sum(self.above, other.above),
            atoms=self.atoms + other.atoms,
            distinct=self.distinct + other.distinct,
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ColumnProfile):
            return NotImplemented
        return self._plain() == other._plain() and np.array_equal(self.cells, other.cells)

    __hash__ = None  # type: ignore[assignment]

    @property
    def finite(self) -> int:
        """The values that the moments are of."""
        return self.moments.count

    @property
    def infinities(self) -> int:
        """The values that are infinite, on either side."""
        return self.minus_infinities + self.plus_infinities

    @property
    def counted(self) -> int:
        """The values that stand in cells: finite numbers, or words."""
        return int(self.cells.sum())

    @property
    def uncounted(self) -> int:
        """The values that are none of this kind: a text among numbers, a list among texts."""
        return self.rows - self.nulls - self.nans - self.infinities - self.counted

    @property
    def min(self) -> float | None:
        """The smallest finite value; None without any."""
        return self.moments.min

    @property
    def max(self) -> float | None:
        """The largest finite value; None without any."""
        return self.moments.max

    @property
    def mean(self) -> float:
        """The mean of the finite values; 0.0 without any."""
        return self.moments.mean

    @property
    def std(self) -> float | None:
        """The sample's standard deviation; None below two values."""
        return self.moments.std

    @property
    def null_share(self) -> float:
        """The share of the rows without a value, NaN beside nulls; 0.0 of no rows."""
        return (self.nulls + self.nans) / self.rows if self.rows else 0.0

    @property
    def values(self) -> Mapping[str, int] | None:
        """How many rows have each word of the vocabulary that stands in any; None of numbers."""
        if self.shape.kind not in WORDED:
            return None
        counted = zip(self.shape.vocabulary, self.cells.tolist(), strict=False)
        return {word: count for word, count in counted if count}

    @property
    def unlisted(self) -> int:
        """The words that the vocabulary does not name, or the values beyond the grid's ends."""
        ends = self.cells[-1:] if self.shape.kind in WORDED else self.cells[[0, -1]]
        return int(ends.sum()) if self.shape.grid or self.shape.kind in WORDED else 0

    @property
    def top(self) -> tuple[str, int] | None:
        """The most frequent value that is known by name, with its rows; None where none is.

        Numbers are named by the shortest text that reads back as them. Exact for grid points and
        words of the vocabulary, from below for others (see Atoms).
        """
        counts = self.cells[:-1] if self.shape.kind in WORDED else self.cells[1::2]
        if not counts.any():
            return self.atoms.top
        most = int(counts.argmax())
        if self.shape.kind in WORDED:
            known = (self.shape.vocabulary[most], int(counts[most]))
        else:
            known = (repr(float(self.shape.grid[most])), int(counts[most]))
        other = self.atoms.top
        return known if other is None or known[1] >= other[1] else other

    def quantiles(self, shares: Sequence[float]) -> list[float]:
        """The values that these shares of the finite values do not exceed; [] without any.

        The smallest value of which at least the share is at or below it. Exact where it is a grid
        point; between two of them, off by less than their distance; beyond the grid's ends, and
        everywhere without a grid, within 0.8 % of the distance to the end (to 0), as long as that is
        between 1e-38 and 3e38, and exact where one frequent value is all that lies about there;
        always within the range. Raises ValueError for what is no share.
        """
        return [self._within(value) for value in quantiles(self._stretches, shares)]

    def bounds(self, shares: Sequence[float]) -> list[tuple[float, float]]:
        """Between which values each of these quantiles lies: equal where it is exact, [] without any.

        Beyond the grid's ends they are equal, too, and off by 0.8 % of the distance to the end.
        """
        found = bounds(self._stretches, shares)
        return [(self._within(low), self._within(high)) for low, high in found]

    def summary(self) -> dict[str, float | int | str | None]:
        """The figures that people read, in the order in which they read them."""
        from seawall.profiles.summary import summary

        return summary(self)

    @property
    def _stretches(self) -> Stretches:
        """Where the finite values lie; nothing of words, which lie nowhere."""
        if self.shape.kind in WORDED:
            return stretches(Shape("ordered"), np.zeros(1, dtype=np.int64), {}, {})
        where = stretches(self.shape, self.cells, self.below, self.above)
        return spiked(where, self.shape, self.atoms)

    def _within(self, value: float) -> float:
        """The value, or the end of the column's range that it exceeds."""
        low, high = self.moments.min, self.moments.max
        return value if low is None or high is None else min(max(value, low), high)

    def _plain(self) -> tuple[object, ...]:
        """Everything that compares as a value, the rarest to differ last."""
        counts = (self.rows, self.nulls, self.nans, self.minus_infinities, self.plus_infinities)
        maps = (dict(self.below), dict(self.above), dict(self.atoms.counts), self.atoms.missed)
        return (counts, self.moments, *maps, self.shape, self.distinct)


def unseen(shape: Shape) -> ColumnProfile:
    """The profile of no rows, which changes nothing that it is added to."""
    return ColumnProfile(shape, 0, 0, 0, 0, 0, Moments(), np.zeros(shape.cells, dtype=np.int64))


def _sum(first: Mapping[int, int], second: Mapping[int, int]) -> dict[int, int]:
    total = dict(first)
    for key, count in second.items():
        total[key] = total.get(key, 0) + count
    return total
