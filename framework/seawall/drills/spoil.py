"""A table as a faulty upstream hands it over: deterministic, and with nothing else changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["EXTRA", "SPOILERS", "is_number", "spoilt"]

EXTRA = "added_by_drill"
"""The name of the column that nobody asked for."""
_RENAMED = "{}_renamed"
_FACTOR = 1_000
_YEAR = re.compile(r"^\d{4}(?=-)")
_BACK = timedelta(days=3_653)
"""Older than anybody would allow: ten years."""


def spoilt(table: pa.Table, fault: str, *, column: str, keys: tuple[str, ...]) -> pa.Table:
    """The table with the fault; the same table where the fault finds nothing to change.

    `column` is the one that is broken, for faults that are one column's; of `stale` it is the time
    that tells the age, or empty. `keys` are the columns that name a row, by the table's own names.
    """
    return SPOILERS[fault](table, column, keys)


def is_number(kind: pa.DataType) -> bool:
    """Whether values of the type can be multiplied."""
    import pyarrow.types as pt

    return bool(pt.is_integer(kind) or pt.is_floating(kind) or pt.is_decimal(kind))


def _empty(table: pa.Table, _column: str, _keys: tuple[str, ...]) -> pa.Table:
    return table.slice(0, 0)


def _nulls(table: pa.Table, column: str, _keys: tuple[str, ...]) -> pa.Table:
    import pyarrow as pa

    kind = table.schema.field(column).type
    return _with(table, column, pa.nulls(len(table), kind))


def _half_keys(table: pa.Table, _column: str, _keys: tuple[str, ...]) -> pa.Table:
    """Every other row: a half that is cut off would be one place's or one hour's."""
    import pyarrow as pa

    return table.take(pa.array(range(0, len(table), 2), pa.int64()))  # of no rows, too


def _renamed(table: pa.Table, column: str, _keys: tuple[str, ...]) -> pa.Table:
    names = [_RENAMED.format(name) if name == column else name for name in table.column_names]
    return table.rename_columns(names)


def _missing(table: pa.Table, column: str, _keys: tuple[str, ...]) -> pa.Table:
    return table.drop_columns([column])


def _extra(table: pa.Table, _column: str, _keys: tuple[str, ...]) -> pa.Table:
    import pyarrow as pa

    return table.append_column(EXTRA, pa.array(range(len(table)), pa.int64()))


def _type(table: pa.Table, column: str, _keys: tuple[str, ...]) -> pa.Table:
    """Numbers become texts with a unit, which nothing turns back without a loss."""
    import pyarrow as pa

    texts = [None if value is None else f"{value} units" for value in table[column].to_pylist()]
    return _with(table, column, pa.array(texts, pa.string()))


def _times_1000(table: pa.Table, column: str, _keys: tuple[str, ...]) -> pa.Table:
    """The same type where the products fit into it, else 64 bits, else floating point."""
    import pyarrow as pa
    import pyarrow.compute as pc

    values = table[column]
    for kind in (values.type, pa.int64()):
        try:
            product = pc.multiply_checked(values.cast(kind), pa.scalar(_FACTOR).cast(kind))
        except pa.ArrowInvalid:  # it overflows, loses digits, or the factor has no room in the type
            continue
        return _with(table, column, product)
    return _with(table, column, pc.multiply(values.cast(pa.float64(), safe=False), float(_FACTOR)))


def _duplicated(table: pa.Table, _column: str, _keys: tuple[str, ...]) -> pa.Table:
    import pyarrow as pa

    return pa.concat_tables([table, table])


def _stale(table: pa.Table, column: str, keys: tuple[str, ...]) -> pa.Table:
    """Each key has values that were another's, as a day ago, and the time is ten years older."""
    import pyarrow as pa

    half = len(table) // 2
    turned = pa.concat_tables([table.slice(half), table.slice(0, half)])
    for name in table.column_names:
        if name not in keys and name != column:
            table = _with(table, name, turned[name])
    return _aged(table, column) if column else table


def _aged(table: pa.Table, column: str) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = table.schema.field(column).type
    if not pa.types.is_temporal(kind):
        return _aged_text(table, column)
    back = pa.scalar(_BACK, pa.duration("s"))
    instant = kind if pa.types.is_timestamp(kind) else pa.timestamp("s")
    older = pc.subtract(table[column].cast(instant), back.cast(pa.duration(instant.unit)))
    return _with(table, column, older.cast(kind))


def _aged_text(table: pa.Table, column: str) -> pa.Table:
    """The year of each ISO text is ten less; what is none stays."""
    import pyarrow as pa

    if not pa.types.is_string(table.schema.field(column).type):
        return table
    texts = [
        text and _YEAR.sub(lambda year: f"{int(year[0]) - 10:04d}", text)
        for text in table[column].to_pylist()
    ]
    return _with(table, column, pa.array(texts, pa.string()))


def _with(table: pa.Table, column: str, values: pa.ChunkedArray | pa.Array) -> pa.Table:
    place = table.schema.get_field_index(column)
    return table.set_column(place, column, values)


SPOILERS: Mapping[str, Callable[[pa.Table, str, tuple[str, ...]], pa.Table]] = MappingProxyType(
    {
        "empty": _empty,
        "nulls": _nulls,
        "half_keys": _half_keys,
        "renamed": _renamed,
        "missing": _missing,
        "extra": _extra,
        "type": _type,
        "times_1000": _times_1000,
        "duplicated": _duplicated,
        "stale": _stale,
    }
)
