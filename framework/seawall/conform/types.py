"""Arrow's types behind a contract's dtypes, their families, and what people call them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.types as pt
from numpy.typing import NDArray

from seawall.config.contract import ColumnContract
from seawall.shown import shown

__all__ = [
    "CATEGORY",
    "Mask",
    "Partly",
    "arrow_type",
    "is_zoned",
    "kind",
    "seen",
    "wanted_of",
    "word",
]

Mask = NDArray[np.bool_]
Partly = tuple[pa.Array, Mask | None]
"""Converted values, null where a value cannot be converted, and a mask of those; None without any."""

CATEGORY = pa.dictionary(pa.int32(), pa.string())
_FIXED = {"string": pa.string(), "category": CATEGORY, "bool": pa.bool_()}
_WORDS = {"double": "float64", "float": "float32", "halffloat": "float16"}


def arrow_type(contract: ColumnContract) -> pa.DataType:
    """The Arrow type behind a contract's dtype; timestamps are of microseconds unless it says ns."""
    if contract.dtype == "timestamp":
        return pa.timestamp("ns" if contract.resolution == "ns" else "us", tz=contract.timezone)
    return _FIXED.get(contract.dtype) or pa.type_for_alias(contract.dtype)


def wanted_of(contract: ColumnContract, have: pa.DataType) -> pa.DataType:
    """The type that a column of this type takes: times keep unit and zone where none is declared."""
    if contract.dtype == "timestamp" and not contract.timezone and kind(have) == "timestamp":
        return have
    return arrow_type(contract)


def kind(type_: pa.DataType) -> str:
    """The family of a type: conversions are allowed between families, never guessed."""
    tests = (
        (pt.is_dictionary, "text"),
        (pt.is_string, "text"),
        (pt.is_large_string, "text"),
        (pt.is_string_view, "text"),
        (pt.is_boolean, "bool"),
        (pt.is_integer, "int"),
        (pt.is_floating, "float"),
        (pt.is_timestamp, "timestamp"),
        (pt.is_date, "date"),
        (pt.is_decimal, "decimal"),
        (pt.is_null, "null"),
    )
    return next((name for test, name in tests if test(type_)), "other")


def word(type_: pa.DataType) -> str:
    """The type as the pipeline file would say it; text is text however it is stored."""
    return "text" if kind(type_) == "text" else _WORDS.get(str(type_), str(type_))


def is_zoned(type_: pa.DataType) -> bool:
    """Whether values of the type are instants, and not the time on some clock."""
    return pt.is_timestamp(type_) and type_.tz is not None


def seen(value: pa.Scalar) -> str:
    """The value as people are shown it, also a time that Python cannot have."""
    try:
        return shown(value.as_py())
    except (ValueError, OverflowError):  # a year beyond 9999, or before 1
        return shown(value.cast(pa.string()).as_py())
