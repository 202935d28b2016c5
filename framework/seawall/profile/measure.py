"""From a chunk's frame to its profile."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seawall.profile.column import BUCKET_BITS, MOST_VALUES, ColumnProfile, Profile

__all__ = ["measure"]

_SHIFT = 23 - BUCKET_BITS
_LARGEST = float(np.finfo(np.float32).max)


def measure(frame: pd.DataFrame, columns: Iterable[str]) -> Profile:
    """The profile of these columns; those that the frame lacks are left out."""
    return Profile({name: _column(frame[name]) for name in columns if name in frame.columns})


def _column(values: pd.Series[Any]) -> ColumnProfile:
    kind = values.dtype
    if isinstance(kind, pd.CategoricalDtype):
        return _category(values)
    if pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_bool_dtype(kind):
        return _numbers(values.to_numpy(dtype=np.float64, na_value=np.nan))
    return ColumnProfile(rows=len(values), nulls=int(values.isna().sum()))


def _category(values: pd.Series[Any]) -> ColumnProfile:
    """Counts by category code; a null has the code −1."""
    codes = values.cat.codes.to_numpy()
    counts = np.bincount(codes.astype(np.int64) + 1, minlength=len(values.cat.categories) + 1)
    names = [str(name) for name in values.cat.categories]
    there = {name: int(n) for name, n in zip(names, counts[1:], strict=True) if n}
    kept = there if len(there) <= MOST_VALUES else None
    return ColumnProfile(rows=len(values), nulls=int(counts[0]), values=kept)


def _numbers(values: NDArray[np.float64]) -> ColumnProfile:
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is infinite, and is counted
        return _described(values)


def _described(values: NDArray[np.float64]) -> ColumnProfile:
    nulls, infinities, finite = 0, 0, values
    total = values.sum() if len(values) else 0.0
    if not np.isfinite(total):
        nulls = int(np.isnan(values).sum())
        finite = values[np.isfinite(values)]
        infinities = len(values) - nulls - len(finite)
        total = finite.sum()
    if not len(finite):
        return ColumnProfile(rows=len(values), nulls=nulls, infinities=infinities)
    count = len(finite)
    mean = float(total / count if np.isfinite(total) else (finite / count).sum())
    apart = finite - mean
    return ColumnProfile(
        rows=len(values),
        nulls=nulls,
        infinities=infinities,
        finite=count,
        min=float(finite.min()),
        max=float(finite.max()),
        mean=mean,
        m2=float(np.dot(apart, apart)),
        buckets=_buckets(finite),
    )


def _buckets(values: NDArray[np.float64]) -> dict[int, int]:
    """Counts by the leading bits of each value as float32; beyond its range the last bucket counts."""
    narrow = values.astype(np.float32)
    if not np.isfinite(narrow).all():
        narrow = np.clip(values, -_LARGEST, _LARGEST).astype(np.float32)
    counts = np.bincount(narrow.view(np.uint32) >> _SHIFT)
    filled = np.flatnonzero(counts)
    return dict(zip(filled.tolist(), counts[filled].tolist(), strict=True))
