"""Arrow columns in the types that a contract declares, converted only where every value survives."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from seawall.config.judging import ColumnContract

__all__ = ["ConversionError", "arrow_type", "conform", "kind", "to_frame"]

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
    keeps its instant; a timestamp without a zone and one with a zone are never exchanged.
    """
    if values.type.equals(wanted):
        return values
    if pt.is_dictionary(values.type) and not pt.is_string(values.type.value_type):
        values = values.cast(values.type.value_type)
    have = kind(values.type)
    if have != "null" and kind(wanted) not in _ALLOWED.get(have, ()):
        raise ConversionError(str(values.type), None)
    if have == "timestamp" and (values.type.tz is None) != (wanted.tz is None):
        raise ConversionError(f"{values.type}, and the zone is declared otherwise", None)
    return _converted(values, wanted)


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
    if kind(values.type) in {"float", "decimal"}:
        _same_values(values, converted)
    return converted


def _same_values(values: pa.ChunkedArray, converted: pa.ChunkedArray) -> None:
    """float64 → float32 and decimals round without a word; a changed value is an error here."""
    back = converted.cast(values.type)
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

    Text is pandas' str, dictionaries are categories, timestamps keep unit and zone. A nullable
    integer or bool that is declared becomes Int64 and the like, whether or not a null is there;
    an undeclared integer of a lookup becomes float64, so that a key without a match has a place.
    """
    frame: pd.DataFrame = table.to_pandas(
        ignore_metadata=True, split_blocks=True, date_as_object=False
    )
    frame.index = pd.RangeIndex(first_row, first_row + len(frame))
    for name, field in zip(table.column_names, table.schema, strict=True):
        contract = contracts.get(name)
        family = kind(field.type)
        if contract is not None and contract.nullable and family in {"int", "bool"}:
            masked = str(field.type).replace("int", "Int").replace("uInt", "UInt")
            frame[name] = pd.array(
                table.column(name).to_pylist(), dtype="boolean" if family == "bool" else masked
            )
        elif contract is not None and contract.one_of and contract.dtype == "category":
            frame[name] = frame[name].cat.set_categories(
                list(dict.fromkeys([*contract.one_of, *frame[name].cat.categories]))
            )
    return frame
