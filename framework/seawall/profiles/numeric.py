"""From a column of any type to the numbers that are counted: values, seconds, or lengths."""

from __future__ import annotations

import math
import numbers as kinds_of_numbers
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from seawall.profiles.decoded import decoded
from seawall.profiles.nulls import nulls_of
from seawall.profiles.shape import Kind
from seawall.profiles.tally import word_of

__all__ = ["Numbers", "numbers_of", "texts_of"]

Floats = NDArray[np.float64]

_NO_TEXTS = pa.array([], pa.large_string())
_A_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column as float64, one number a row; NaN where there is none.

    `nulls` counts the rows without a value, `other` the values that are no number of this kind; what
    is NaN beside those is a NaN.
    """

    floats: Floats
    nulls: int
    other: int = 0


def numbers_of(values: pd.Series[Any], kind: Kind) -> Numbers:
    """The column's numbers: values, seconds since 1970 UTC (timestamp), or lengths (text).

    Integers beyond 2^53 are rounded to the nearest float64, as times are below a quarter of a
    microsecond. Times without a zone are taken as UTC; timedeltas and Decimals are numbers.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is infinite, and is counted
        values = decoded(values)
        if isinstance(values.dtype, pd.CategoricalDtype):
            return _of_categories(values, kind)
        read = {"timestamp": _times, "text": _lengths}.get(kind, _plain)
        return read(values)


def _of_categories(values: pd.Series[Any], kind: Kind) -> Numbers:
    """Each category read once; a null has the code −1."""
    categories = numbers_of(values.cat.categories.to_series(), kind)
    codes = values.cat.codes.to_numpy()
    found = np.append(categories.floats, np.nan)[codes]
    nulls = int((codes < 0).sum())
    nans = int(np.isnan(found).sum())
    return Numbers(found, nulls, nans - nulls)


def _plain(values: pd.Series[Any]) -> Numbers:
    kind = values.dtype
    if isinstance(kind, pd.ArrowDtype):
        return _of_arrow(values, _arrow_numbers)
    if pd.api.types.is_timedelta64_dtype(kind):
        return _of_ticks(values.to_numpy())
    if pd.api.types.is_complex_dtype(kind) or not pd.api.types.is_numeric_dtype(kind):
        return _of_objects(values, _number)
    found = values.to_numpy(dtype=np.float64, na_value=np.nan)
    if isinstance(kind, np.dtype):
        return Numbers(found, int(np.isnan(found).sum()) if kind.kind == "f" else 0)
    return Numbers(found, int(values.isna().sum()))


def _times(values: pd.Series[Any]) -> Numbers:
    kind = values.dtype
    if isinstance(kind, pd.ArrowDtype):
        return _of_arrow(values, _arrow_times)
    if isinstance(kind, pd.PeriodDtype):
        values = values.dt.to_timestamp()
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return _of_ticks(values.to_numpy(dtype=f"datetime64[{values.dt.unit}]"))
    return _of_objects(values, _seconds)


def _lengths(values: pd.Series[Any]) -> Numbers:
    kind = values.dtype
    if isinstance(kind, pd.StringDtype | pd.ArrowDtype):
        return _of_arrow(values, _arrow_lengths)
    return _of_objects(values, _length)


def _of_ticks(ticks: NDArray[Any]) -> Numbers:
    """Seconds of numpy's times and durations; NaT is a null."""
    seconds = ticks.view(np.int64) / _A_SECOND[np.datetime_data(ticks.dtype)[0]]
    missing = np.isnat(ticks)
    seconds[missing] = np.nan
    return Numbers(seconds, int(missing.sum()))


def _of_arrow(values: pd.Series[Any], read: Callable[[pa.Array], pa.Array | None]) -> Numbers:
    column = pa.array(values.array)
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    found = read(whole)
    if found is None:  # of another type
        return Numbers(np.full(len(whole), np.nan), whole.null_count, len(whole) - whole.null_count)
    floats = found.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return Numbers(floats, whole.null_count)


def _arrow_numbers(values: pa.Array) -> pa.Array | None:
    kind = values.type
    if pa.types.is_duration(kind):
        return _seconds_of(values)
    if pa.types.is_boolean(kind):
        return values.cast(pa.int8())
    numeric = pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind)
    return values if numeric else None


def _arrow_times(values: pa.Array) -> pa.Array | None:
    if pa.types.is_date(values.type):
        values = values.cast(pa.timestamp("ms"))
    if not pa.types.is_timestamp(values.type):
        return None
    return _seconds_of(values)


def _seconds_of(values: pa.Array) -> pa.Array:
    """Times and durations in seconds; what exceeds 2^53 ticks is rounded."""
    ticks = values.cast(pa.int64()).cast(pa.float64(), safe=False)
    return pc.divide(ticks, float(_A_SECOND[values.type.unit]))


def _arrow_lengths(values: pa.Array) -> pa.Array | None:
    kind = values.type
    texts = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    return pc.utf8_length(values) if texts or pa.types.is_string_view(kind) else None


def _of_objects(values: pd.Series[Any], read: Callable[[Any], float | None]) -> Numbers:
    """Value by value; what `read` says None of is no number of this kind."""
    missing = nulls_of(values)
    found = [None if null else read(v) for v, null in zip(values, missing, strict=True)]
    nulls = int(missing.sum())
    floats = np.asarray([math.nan if v is None else v for v in found], dtype=np.float64)
    return Numbers(floats, nulls, sum(v is None for v in found) - nulls)


def _number(value: Any) -> float | None:
    if isinstance(value, timedelta):
        return value.total_seconds()
    return _float(value) if isinstance(value, kinds_of_numbers.Real | Decimal) else None


def _float(value: Any) -> float:
    """The nearest float; infinite where there is none near."""
    try:
        return float(value)
    except OverflowError:  # an integer of more than 308 digits
        return math.inf if value > 0 else -math.inf


def _seconds(value: Any) -> float | None:
    if not isinstance(value, date):
        return None
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=UTC)
    elif value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    return float(value.timestamp())


def _length(value: Any) -> float | None:
    return float(len(value)) if isinstance(value, str) else None


def texts_of(values: pd.Series[Any]) -> pa.Array:
    """The texts of a column, without what is null or no text."""
    values = decoded(values)
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(object)
    if isinstance(values.dtype, pd.StringDtype | pd.ArrowDtype):
        column = pa.array(values.array)
        whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        return whole.drop_null() if _arrow_lengths(whole) is not None else _NO_TEXTS
    return pa.array([word_of(v) for v in values if isinstance(v, str)], pa.large_string())
