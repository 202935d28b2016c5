"""A column of a chunk, its nulls and its ends, found once for all of its tests."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["Column", "Mask"]

Mask = NDArray[np.bool_]
_NUMBERS, _WHOLE = frozenset("iuf"), frozenset("iu")
_NO_TIME = np.iinfo(np.int64).min


class Column:
    """The values of a chunk, and what tests ask of them. Most columns keep their promises: their ends show it."""

    def __init__(self, series: pd.Series[Any]) -> None:
        self.series = series

    @cached_property
    def nulls(self) -> Mask | None:
        """Which rows have a null; None for none."""
        if isinstance(self.series.dtype, np.dtype) and not self._null_among:
            return None
        found = self.series.isna().to_numpy(dtype=bool)
        return found if found.any() else None

    @cached_property
    def plain(self) -> NDArray[Any] | None:
        """Numbers as numpy has them, times as integers; a null is NaN or anything. None for others."""
        dtype: Any = self.series.dtype
        if dtype.kind == "M":
            times: NDArray[Any] = self.series.array.asi8
            return times
        if dtype.kind not in _NUMBERS:
            return None
        if isinstance(dtype, np.dtype):
            return self.series.to_numpy()
        return self.series.to_numpy(dtype=dtype.numpy_dtype, na_value=self._some_value)

    @property
    def lowest(self) -> Any:
        """The least value, None where there is none; nulls are passed over."""
        return self._ends[0]

    @property
    def highest(self) -> Any:
        """The greatest value, None where there is none."""
        return self._ends[1]

    @cached_property
    def _ends(self) -> tuple[Any, Any]:
        plain = self.plain
        if plain is None or not len(plain) or (self.nulls is not None and self.nulls.all()):
            return None, None
        if self.series.dtype.kind == "M":
            known = self.series if self.nulls is None else self.series[~self.nulls]
            stamps = known.array.asi8
            return known.iloc[stamps.argmin()], known.iloc[stamps.argmax()]
        if self.nulls is not None and plain.dtype.kind == "f":
            return np.fmin.reduce(plain), np.fmax.reduce(plain)
        low, high = plain.min(), plain.max()
        # Python compares integers with floats exactly, numpy as floats.
        return (int(low), int(high)) if plain.dtype.kind in _WHOLE else (low, high)

    @property
    def _null_among(self) -> bool:
        """Whether numpy's values have a null, which the least of them shows."""
        plain = self.plain
        if plain is None or not len(plain):
            return plain is None
        if self.series.dtype.kind == "M":
            return bool(plain.min() == _NO_TIME)
        return plain.dtype.kind == "f" and bool(np.isnan(plain.min()))

    @property
    def _some_value(self) -> Any:
        """A value of the column that is no null: nulls that are filled with it move no end."""
        if self.nulls is None:
            return 0
        known = self.series.iloc[int(self.nulls.argmin())]
        return 0 if known is pd.NA else known
