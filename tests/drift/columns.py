"""Columns and counts for tests, from plain samples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from seawall.drift.counts import Counts
from seawall.profiles import ColumnProfile, Kind, Shape, measure, shape_of

__all__ = ["counts", "measured", "pair", "split"]


def measured(values: Sequence[Any] | NDArray[Any] | pd.Series, shape: Shape) -> ColumnProfile:
    """The profile of one column of these values."""
    return measure(pd.DataFrame({"x": values}), {"x": shape}).columns["x"]


def pair(
    reference: Sequence[Any] | NDArray[Any],
    batch: Sequence[Any] | NDArray[Any],
    kind: Kind = "ordered",
) -> tuple[ColumnProfile, ColumnProfile]:
    """Both profiles, counted by the reference's own shape."""
    shape = shape_of(pd.Series(reference), kind)
    return measured(reference, shape), measured(batch, shape)


def split(reference: ArrayLike, batch: ArrayLike) -> Counts:
    """Both samples, with a cell of its own for every value that either has."""
    values = np.union1d(reference, batch)
    return counts(
        *(
            np.bincount(np.searchsorted(values, side), minlength=len(values))
            for side in (reference, batch)
        )
    )


def counts(reference: ArrayLike, batch: ArrayLike) -> Counts:
    """Cells of one value each, and nothing unlisted."""
    sides = np.asarray(reference, np.int64), np.asarray(batch, np.int64)
    return Counts(*sides, np.ones(len(sides[0]), dtype=np.bool_))
