"""Arrow columns in the types that a contract declares, converted only where every value survives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from seawall.config.contract import ColumnContract

__all__ = [
    "ConversionError",
    "arrow_type",
    "bare",
    "conform",
    "kind",
    "may_be_null",
    "to_frame",
]

_FIXED = {
    "string": pa.string(),
    "category": pa.dictionary(pa.int32(), pa.string()),
    "bool": pa.bool_(),
    "timestamp": pa.timestamp("us"),
}
_ALLOWED = {
    "text": {"text", "int", "float", "bool", "timestamp"},
    "int": {"int", "float"},
    "float": {"float", "int"},
    "bool": {"bool"},
    "timestamp": {"timestamp"},
    "date": {"timestamp"},
    "decimal": {"float", "int"},
}
_EXAMPLES = 3


class ConversionError(Exception):
    """A column cannot become what it was declared to be: what was seen, and where first."""

    def __init__(self, seen: str, row: int | None) -> None:
        """`row` is the first offending row of the column, None when its type alone is wrong."""
        super().__init__(seen, row)
        self.seen, self.row = seen, row


def arrow_type(contract: ColumnContract) -> pa.DataType:
    """The Arrow type behind a contract's dtype; timestamps are of microseconds."""
    if contract.dtype == "timestamp" and contract.timezone:
        return pa.timestamp("us", tz=contract.timezone)
    return _FIXED.get(contract.dtype) or pa.type_for_alias(contract.dtype)


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


def conform(values: pa.ChunkedArray, wanted: pa.DataType) -> pa.ChunkedArray:
    """The same values in the wanted type, or ConversionError.

    Text is parsed, integers and floats change width or family when no value changes, a timestamp
    keeps its instant; a timestamp without a zone and one with a zone are never exchanged. Decimal
    text becomes the nearest float: that is what it means.
    """
    if values.type.equals(wanted):
        return values
    if pt.is_dictionary(values.type) and not pt.is_string(values.type.value_type):
        values = values.cast(values.type.value_type)
    have = kind(values.type)
    if have != "null" and kind(wanted) not in _ALLOWED.get(have, ()):
        raise ConversionError(str(values.type), None)
    if have in {"timestamp", "date"} and _zoned(values.type) != _zoned(wanted):
        raise ConversionError(f"{values.type}, and the zone is declared otherwise", None)
    return _converted(values, wanted)


def _zoned(type_: pa.DataType) -> bool:
    return pt.is_timestamp(type_) and type_.tz is not None


def _converted(values: pa.ChunkedArray, wanted: pa.DataType) -> pa.ChunkedArray:
    if pt.is_dictionary(wanted):
        plain = values.cast(wanted.value_type)
        return pa.chunked_array([plain.combine_chunks().dictionary_encode()], type=wanted)
    if pt.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    try:
        converted = values.cast(wanted)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise _offenders(values, wanted) from None
    if pt.is_floating(values.type) or (pt.is_decimal(values.type) and pt.is_floating(wanted)):
        _same_values(values, converted)  # other casts are refused by Arrow where a value changes
    return converted


def _same_values(values: pa.ChunkedArray, converted: pa.ChunkedArray) -> None:
    """float64 → float32 and decimals round without a word; a changed value is an error here."""
    if pt.is_decimal(values.type):
        values = values.cast(
            pa.decimal256(76, values.type.scale)
        )  # no float of the column overflows it
    back = converted.cast(values.type, safe=False)
    same = pc.fill_null(pc.equal(values, back), fill_value=True)
    if pt.is_floating(values.type):
        same = pc.or_(same, pc.fill_null(pc.is_nan(values), fill_value=True))
    changed = pc.index(same, value=False).as_py()
    if changed >= 0:
        raise ConversionError(f"{values[changed].as_py()!r} would change", changed)


def _offenders(values: pa.ChunkedArray, wanted: pa.DataType) -> ConversionError:
    """The first values that cannot be converted, found by trying halves."""
    rows = _failing(values, wanted, 0, [])
    shown = ", ".join(repr(values[row].as_py()) for row in rows)
    return ConversionError(f"{shown} ({values.type})", rows[0] if rows else None)


def _failing(
    values: pa.ChunkedArray, wanted: pa.DataType, offset: int, found: list[int]
) -> list[int]:
    if len(found) >= _EXAMPLES or not len(values):
        return found
    try:
        values.cast(wanted)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        if len(values) == 1:
            found.append(offset)
            return found
        half = len(values) // 2
        _failing(values.slice(0, half), wanted, offset, found)
        _failing(values.slice(half), wanted, offset + half, found)
    return found


def to_frame(
    table: pa.Table, first_row: int, contracts: Mapping[str, ColumnContract]
) -> pd.DataFrame:
    """The table as a frame whose index is each row's number in the batch, from `first_row`.

    Text is pandas' str, dictionaries are categories, timestamps keep unit and zone. Integers and
    bools that are declared nullable, or hold a null, become Int64 and the like: as floats, large
    ones would change.
    """
    frame: pd.DataFrame = table.to_pandas(
        ignore_metadata=True, split_blocks=True, date_as_object=False
    )
    frame.index = pd.RangeIndex(first_row, first_row + len(frame))
    for name in table.column_names:
        contract, values = contracts.get(name), table.column(name)
        masked = _masked(values.type)
        if masked is not None and (may_be_null(contract) or values.null_count):
            frame[name] = pd.Series(masked.__from_arrow__(values), index=frame.index)
        elif contract is not None and contract.one_of and contract.dtype == "category":
            known = dict.fromkeys([*contract.one_of, *frame[name].cat.categories])
            frame[name] = frame[name].cat.set_categories(list(known))
    return frame


def may_be_null(contract: ColumnContract | None) -> bool:
    """Whether nulls of the column may be published: declared, or violations that only warn."""
    return contract is not None and (contract.nullable or contract.on_violation == "warn")


def bare(values: pd.Series[Any]) -> pd.Series[Any]:
    """Integers and bools without a null as numpy has them; other values as they are."""
    plain = getattr(values.dtype, "numpy_dtype", None)  # masked and Arrow-backed types have one
    if not isinstance(plain, np.dtype) or plain.kind not in "iub" or values.hasnans:
        return values
    return values.astype(plain)


def _masked(type_: pa.DataType) -> Any:
    """Pandas' type with a mask for integers and bools; None for its usual one."""
    if pt.is_boolean(type_):
        return pd.BooleanDtype()
    if not pt.is_integer(type_):
        return None
    letter = "Int" if pt.is_signed_integer(type_) else "UInt"
    return pd.api.types.pandas_dtype(f"{letter}{type_.bit_width}")
