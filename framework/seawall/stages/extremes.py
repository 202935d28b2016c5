"""A column of a chunk, its nulls and its ends, found once for all of its tests."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["Column", "Mask"]

Mask = NDArray[np.bool_]
_NUMBERS = frozenset("iuf")
_NO_TIME = np.iinfo(np.int64).min


class Column:
    """The values of a chunk, and what tests ask of them. Most columns keep their promises: their ends show it."""

    def __init__(self, series: pd.Series[Any]) -> None:
        self.series = series

    @property
    def lowest(self) -> Any:
        """The least value, None where there is none; nulls are passed over."""
        return self._ends[0]

    @property
    def highest(self) -> Any:
        """The greatest value, None where there is none."""
        return self._ends[1]

    @cached_property
    def nulls(self) -> Mask | None:
        """Which rows have a null; None for none."""
        if isinstance(self.series.dtype, np.dtype) and not self._ends[2]:
            return None
        found = self.series.isna().to_numpy(dtype=bool)
        return found if found.any() else None

    @cached_property
    def _ends(self) -> tuple[Any, Any, bool]:
        """The least, the greatest, and whether a null is among the values."""
        values = self.series
        kind = values.dtype.kind if len(values) else ""
        if isinstance(values.dtype, np.dtype) and kind in _NUMBERS:
            return _ends_of_numbers(values.to_numpy())
        if kind == "M":
            return _ends_of_times(values)
        known = values.dropna()
        if kind in _NUMBERS and len(known):
            return known.min(), known.max(), len(known) < len(values)
        return None, None, len(known) < len(values)


def _ends_of_numbers(values: NDArray[Any]) -> tuple[Any, Any, bool]:
    low = values.min()
    if not np.isnan(low):
        return low, values.max(), False
    low = np.fmin.reduce(values)
    return (None, None, True) if np.isnan(low) else (low, np.fmax.reduce(values), True)


def _ends_of_times(values: pd.Series[Any]) -> tuple[Any, Any, bool]:
    """Of zoned times, too, for which pandas would make objects."""
    stamps = values.array.asi8
    first = stamps.argmin()
    if stamps[first] != _NO_TIME:
        return values.iloc[first], values.iloc[stamps.argmax()], False
    known = values.dropna()
    return (known.min(), known.max(), True) if len(known) else (None, None, True)
