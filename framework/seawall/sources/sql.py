"""Rows from a query: values bound, never pasted; only the wanted columns come over the wire."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from seawall.config.references import resolve
from seawall.config.sources import SqlSource
from seawall.errors import DataError
from seawall.shown import shown
from seawall.sources.columns import wanted
from seawall.sources.databases import Database, database_at
from seawall.sources.rows import FIRST_ROWS, next_size
from seawall.sources.statements import LAST, Query, query_of

if TYPE_CHECKING:
    from seawall.contracts import Request

__all__ = ["SqlUpstream"]


class SqlUpstream:
    """What a query answers. Nothing is written: SQLite files are opened read-only, never created."""

    def __init__(self, section: SqlSource, env: Mapping[str, str]) -> None:
        """`env` has the value of the url's reference, where it is one."""
        self.section, self._env = section, env

    def tables(self, request: Request) -> Iterator[pa.Table]:
        """The rows in pieces of some thousands; at least one table, if only of columns.

        With `page_by` each range is a transaction of its own: rows that change meanwhile may be of
        several moments. Raises DataError for a column that is missing, and what the driver raises.
        """
        section, url = self.section, self.section.url
        query = query_of(section, request.batch)
        shown = "" if isinstance(url, str) else f"the file that {url} names"
        where = database_at(
            resolve(url, self._env), request.root, shown=shown, timeout_s=request.timeout_s
        )
        with where as database:
            if section.page_by is not None:
                yield from _ranges(database, query, request.columns, section.page_by)
            elif request.columns is None or not database.subqueries:
                yield from database.pieces(query.whole, query.values)
            else:
                columns = wanted(request.columns, _names(database, query))
                yield from database.pieces(query.select(columns), query.values)


def _names(database: Database, query: Query) -> list[str]:
    """The columns that the query has, by the names that it gives them."""
    (empty,) = database.pieces(query.nothing(), query.values)
    return [re.sub(database.renamed, "", name) for name in empty.column_names]


def _ranges(
    database: Database, query: Query, columns: Sequence[str] | None, key: str
) -> Iterator[pa.Table]:
    """The rows in the order of the key, one statement a range."""
    there = _names(database, query)
    chosen = wanted(columns, there)
    read = wanted([*chosen, key], there)
    _refuse_nulls(database, query, key)
    size, bound = FIRST_ROWS, dict(query.values)
    while True:
        # one row more than is kept: whether a key stands again behind the range
        statement = query.range(read, key, size + 1, first=LAST not in bound)
        found = pa.concat_tables(database.pieces(statement, bound), promote_options="permissive")
        _refuse_doubles(found.column(key), key)
        piece = found.slice(0, size)
        yield piece.select(list(chosen))
        if found.num_rows <= size:
            return
        bound[LAST] = piece.column(key)[-1].as_py()
        size = next_size(piece)


def _refuse_nulls(database: Database, query: Query, key: str) -> None:
    """A null is behind no value: its rows would be left out without a word."""
    if any(piece.num_rows for piece in database.pieces(query.without(key), query.values)):
        raise _no_key(key, "a null")


def _refuse_doubles(keys: pa.ChunkedArray, key: str) -> None:
    kind = keys.type
    usable = (
        pt.is_integer(kind) or pt.is_string(kind) or pt.is_temporal(kind) or pt.is_decimal(kind)
    )
    if len(keys) and not usable:
        raise _no_key(key, f"values of type {kind}")
    if len(keys) > 1:
        same = pc.equal(keys.slice(1), keys.slice(0, len(keys) - 1))
        place = pc.index(same, value=True).as_py()
        if place >= 0:
            raise _no_key(key, f"{shown(keys[place].as_py())} several times")


def _no_key(key: str, seen: str) -> DataError:
    return DataError(
        f"the column {shown(key)} cannot cut the rows into ranges",
        "page_by",
        seen,
        "a column of integers, text, times or dates, unique and never null",
        "name another one, or leave page_by out",
    )
