"""What a database's driver hands over, as Arrow tables: rows of Python's values, column by column."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import pyarrow as pa

from seawall.errors import DataError
from seawall.shown import shown

__all__ = ["FIRST_ROWS", "Column", "next_size", "pieces_of"]

FIRST_ROWS = 100
"""How many rows are asked for first: what a row weighs is not known yet."""
_MOST_ROWS = 20_000
_PIECE_BYTES = 8 << 20


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a result, and how its values become an array; null is None."""

    name: str
    array: Callable[[Sequence[Any]], pa.Array] = pa.array


def pieces_of(cursor: Any, columns: Sequence[Column]) -> Iterator[pa.Table]:
    """All rows that the cursor has, in pieces of bounded size; at least one table.

    Raises DataError for values of several types in one column, or of a type that Arrow has not.
    """
    size, any_rows = FIRST_ROWS, False
    while rows := cursor.fetchmany(size):
        piece = _table_of(rows, columns)
        yield piece
        size, any_rows = next_size(piece), True
    if not any_rows:
        yield _table_of([], columns)


def next_size(piece: pa.Table) -> int:
    """How many rows to ask for next, so that a piece of such rows stays small."""
    if not piece.num_rows:
        return FIRST_ROWS
    return int(max(1, min(_MOST_ROWS, _PIECE_BYTES * piece.num_rows // max(1, piece.nbytes))))


def _table_of(rows: Sequence[Sequence[Any]], columns: Sequence[Column]) -> pa.Table:
    # zip(*rows) would make an iterator of every row, and the collector of garbage run all the time
    arrays = [
        _array(column, list(map(itemgetter(place), rows))) for place, column in enumerate(columns)
    ]
    return pa.Table.from_arrays(arrays, names=[column.name for column in columns])


def _array(column: Column, values: Sequence[Any]) -> pa.Array:
    try:
        return column.array(values)
    except (pa.ArrowException, OverflowError, TypeError, ValueError) as error:
        raise DataError(
            f"values of several types, or of none that can be used, in column {shown(column.name)}",
            seen=" ".join(str(error).split())[:200],
            allowed="one type a column",
            todo="cast the column in the query",
        ) from error
