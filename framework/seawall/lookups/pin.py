"""A lookup's table as every chunk of a run sees it: read once, typed, stored as an Arrow file."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Mapping

import pyarrow as pa
import pyarrow.types as pt

from seawall.config.contract import ColumnContract
from seawall.config.lookups import Lookup
from seawall.conform import ConversionError, conform, conformed, kind
from seawall.contracts import StoredFile
from seawall.errors import DataError
from seawall.staging import Workspace

__all__ = ["content_of", "pin", "typed"]

Way = Callable[[pa.ChunkedArray], pa.ChunkedArray]


def typed(
    name: str,
    lookup: Lookup,
    table: pa.Table,
    *,
    keys: Mapping[str, pa.DataType],
    contracts: Mapping[str, ColumnContract],
) -> pa.Table:
    """The lookup's table, its keys in the types of the primary's columns, its values as declared.

    `keys` holds the primary's types by the primary's names. Undeclared integers become float64, so
    that a key without a match has a null. Raises DataError where a value would not survive.
    """
    for ours, theirs in lookup.join_columns.items():
        key = functools.partial(conform, wanted=_value_type(keys[ours]))
        table = _cast(table, theirs, key, f"lookup {name}, key {theirs!r}")
    for theirs, ours in lookup.added_columns.items():
        declared = contracts.get(ours)
        way = _undeclared if declared is None else functools.partial(conformed, contract=declared)
        table = _cast(table, theirs, way, f"lookup {name}, column {theirs!r}")
    return table


def pin(name: str, table: pa.Table, workspace: Workspace) -> StoredFile:
    """The table is stored in the plan's folder as one record batch, which workers map into memory."""
    return workspace.put_lookup(name, _serialised(table), rows=table.num_rows)


def content_of(table: pa.Table) -> str:
    """The sha256 of the file that `pin` makes of the table."""
    return hashlib.sha256(_serialised(table)).hexdigest()


def _serialised(table: pa.Table) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    table = table.combine_chunks().replace_schema_metadata(None)
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def _value_type(type_: pa.DataType) -> pa.DataType:
    return type_.value_type if pt.is_dictionary(type_) else type_


def _undeclared(values: pa.ChunkedArray) -> pa.ChunkedArray:
    return conform(values, pa.float64() if kind(values.type) == "int" else values.type)


def _cast(table: pa.Table, column: str, way: Way, where: str) -> pa.Table:
    place = table.column_names.index(column)
    try:
        return table.set_column(place, column, way(table.column(place)))
    except ConversionError as error:
        row = "" if error.row is None else f", row {error.row:,}"
        raise DataError(
            "a lookup's column is not of the type that it is needed in",
            where + row,
            error.seen,
            error.wanted,
            "cast it upstream, or change the dtype under validate.columns",
        ) from error
