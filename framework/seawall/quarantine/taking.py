"""Values at some places of a column, of whatever type."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from seawall.quarantine.texts import texts_of

__all__ = ["rows_at", "taken"]


def taken(values: pa.ChunkedArray, places: pa.Array) -> pa.ChunkedArray:
    """The values at these places, null where a place is.

    Those of a type that Arrow cannot take from are taken one by one; if that can't be done either,
    they are kept as text.
    """
    try:
        return values.unify_dictionaries().take(places)
    except pa.ArrowException:
        chosen = [None if place is None else values[place] for place in places.to_pylist()]
    try:
        return pa.chunked_array([pa.array(chosen, values.type)])
    except (pa.ArrowException, ValueError, TypeError):
        return pa.chunked_array([pa.array(texts_of(chosen), pa.string())])


def rows_at(table: pa.Table, places: Sequence[int]) -> pa.Table:
    """The rows at these places."""
    wanted = pa.array(places, pa.int64())
    columns = [taken(values, wanted) for values in table.columns]
    return pa.table(columns, names=table.column_names)
