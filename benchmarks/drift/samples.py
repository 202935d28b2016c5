"""What the rivals know of a column: its values themselves, sorted and counted. Exact, and far from small."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["Column", "Names", "Numbers", "merged", "sampled"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """A numeric column: its distinct finite values, ascending, how often each is there, and its rows.

    `whole` says that its type was one of integers, which some rules take for categories.
    """

    points: Floats
    counts: Counts
    rows: int
    nulls: int
    whole: bool

    @property
    def size(self) -> int:
        """How many finite values there are."""
        return int(self.counts.sum())


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """A categorical column: how often each category is there, zeros left out, and its rows."""

    counts: dict[str, int]
    rows: int
    nulls: int

    @property
    def size(self) -> int:
        """How many rows have a category."""
        return self.rows - self.nulls


Column = Numbers | Names


def sampled(values: pd.Series) -> Column:
    """The column's values, counted; what is infinite counts as null, as the rivals have it."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        codes = values.cat.codes.to_numpy()
        counts = np.bincount(codes.astype(np.int64) + 1, minlength=len(values.cat.categories) + 1)
        names = {
            str(name): int(n)
            for name, n in zip(values.cat.categories, counts[1:], strict=True)
            if n
        }
        return Names(names, len(values), int(counts[0]))
    if not pd.api.types.is_numeric_dtype(values.dtype):
        return sampled(values.astype("category"))
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    finite = np.sort(numbers[np.isfinite(numbers)])
    starts = np.flatnonzero(np.concatenate([[True], finite[1:] != finite[:-1]])[: len(finite)])
    counts = np.diff(np.append(starts, len(finite)))
    whole = pd.api.types.is_integer_dtype(values.dtype)
    return Numbers(finite[starts], counts, len(values), len(values) - len(finite), whole)


def merged(columns: Sequence[Column]) -> Column:
    """One column of all these rows; they are of one kind."""
    rows, nulls = sum(c.rows for c in columns), sum(c.nulls for c in columns)
    numbers = [column for column in columns if isinstance(column, Numbers)]
    if numbers:
        values, place = np.unique(np.concatenate([c.points for c in numbers]), return_inverse=True)
        counts = np.bincount(
            place, np.concatenate([c.counts for c in numbers]), minlength=len(values)
        )
        whole = all(c.whole for c in numbers)
        return Numbers(values, counts.astype(np.int64), rows, nulls, whole)
    return Names(_added(c.counts for c in columns if isinstance(c, Names)), rows, nulls)


def _added(counted: Iterable[dict[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for counts in counted:
        for name, count in counts.items():
            total[name] = total.get(name, 0) + count
    return total
