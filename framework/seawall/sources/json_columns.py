"""Columns of JSON lines that are not all of their declared type: those as text, for the contract to judge."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.types as pt

__all__ = ["blanked", "column_by_column"]


class _Number(str):
    """A number as it is written, which no string of JSON is taken for."""

    __slots__ = ()


Read = Callable[[bytes, pa.Schema], pa.Table]


def column_by_column(
    payload: bytes, schema: pa.Schema, declared: Collection[str], read: Read
) -> pa.Table:
    """The lines' objects; a declared column of numbers or truths that holds anything else is text.

    A number is written as it stands in the line. `read` reads lines by a schema; raises ArrowException
    for a column of another type than its own that nobody would type.
    """
    objects: list[dict[str, Any]] = []
    columns = []
    for field in schema:
        try:
            columns.append(read(payload, pa.schema([field])).column(0))
        except pa.ArrowException:
            if field.name not in declared or not _is_plain(field.type):
                raise
            objects = objects or list(_objects(payload))
            columns.append(_as_text([each.get(field.name) for each in objects]))
    return pa.table(columns, names=schema.names)


def blanked(payload: bytes, names: Collection[str]) -> bytes:
    """The same lines with nulls for the values of these names; what is no object stays as it is."""
    return b"\n".join(_blanked(line, names) for line in payload.split(b"\n"))


def _blanked(line: bytes, names: Collection[str]) -> bytes:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return line
    if not isinstance(value, dict):
        return line
    return json.dumps({n: None if n in names else each for n, each in value.items()}).encode()


def _is_plain(type_: pa.DataType) -> bool:
    return bool(pt.is_integer(type_) or pt.is_floating(type_) or pt.is_boolean(type_))


def _objects(payload: bytes) -> Iterator[dict[str, Any]]:
    for line in payload.split(b"\n"):
        if line.strip():
            yield json.loads(line, parse_int=_Number, parse_float=_Number, parse_constant=_Number)


def _as_text(values: Sequence[Any]) -> pa.ChunkedArray:
    """Strings and numbers as they are written, everything else as JSON has it."""
    texts = [v if v is None or isinstance(v, str) else json.dumps(v) for v in values]
    return pa.chunked_array([pa.array(texts, pa.string())])
