"""One table from the answers of several links: each key, and each hole, from the first that has it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.types as pt
from numpy.typing import NDArray

from seawall.conform import ConversionError, conform
from seawall.errors import DataError
from seawall.lookups.answers import Answer, Wanted
from seawall.lookups.asked import Asked
from seawall.lookups.serving import LINK, LIVE, Serving, link_column
from seawall.lookups.table import LookupTable
from seawall.shown import shown

__all__ = ["Blend"]

Mask = NDArray[np.bool_]
NULL = "null"
"""The link of keys that nobody answers after a failure."""


@dataclass(slots=True)
class _Part:
    """The rows that one link gave; `patched` has the links behind columns whose holes were filled."""

    answer: Answer
    table: pa.Table
    code: int
    patched: dict[str, NDArray[np.int8]] = field(default_factory=dict)

    def open(self, column: str, keys: pa.Table) -> NDArray[np.int64]:
        """The rows that have a key and a null in this column that no link has filled."""
        null = _null(self.table.column(column))
        if column in self.patched:  # a constant may be null, too
            null &= self.patched[column] == self.code
        rows = np.flatnonzero(null)
        return rows[self.answer.has(keys.take(pa.array(rows)))]

    def fill(
        self, column: str, rows: NDArray[np.int64], values: pa.ChunkedArray, code: int
    ) -> None:
        """These rows have these values in the column, from the link with this code."""
        have = self.table.column(column)
        if pt.is_null(have.type):
            have = have.cast(values.type)
        places = np.arange(len(have))
        places[rows] = len(have) + np.arange(len(values))
        both = pa.chunked_array([*have.chunks, *values.chunks], type=have.type)
        both = both.unify_dictionaries().take(pa.array(places))
        place = self.table.column_names.index(column)
        self.table = self.table.set_column(place, column, both)
        codes = self.patched.setdefault(column, np.full(len(have), self.code, dtype=np.int8))
        codes[rows] = code


class Blend:
    """What the links asked so far come to. When all keys are known, rows that nobody asks for are left out.

    `links` are those that are in it, `served` tells for each key asked for whether somebody answers.
    """

    def __init__(self, wanted: Wanted, asked: Asked, live: Answer | None) -> None:
        self._wanted, self._asked = wanted, asked
        self._parts = [] if live is None else [_Part(live, live.table, 0)]
        self._constants: pa.Table | None = None
        self._index: LookupTable | None = None
        self.links = [LIVE]
        self.served: Mask = np.zeros(asked.keys.num_rows, dtype=bool)
        if live is not None:
            self.served |= live.has(asked.keys)

    def take(self, link: str, answer: Answer) -> int:
        """The rows of open keys are the link's; how many of the keys asked for that are.

        Constants stand for all keys that are left. Raises DataError when the link's columns are of
        types that do not go with those of the links before.
        """
        table, found = self._aligned(answer.table), answer.has(self._asked.keys) & ~self.served
        if answer.constant:
            self._constants = table.add_column(0, LINK, pa.array([self._code(link)], pa.int8()))
        else:
            table = table.filter(pa.array(self._new(answer, table)))
            if table.num_rows:
                self._parts.append(_Part(answer, table, self._code(link)))
        self.served |= found
        return int(np.count_nonzero(found))

    def patch(self, link: str, answer: Answer) -> int:
        """Nulls in columns with too many of them have the link's values, row by row; how many."""
        table, filled = self._aligned(answer.table), 0
        for part in self._parts:
            keys = self._wanted.keys_of(part.table)
            for column in part.answer.holes:
                rows = part.open(column, keys)
                places = answer.index.positions(keys.take(pa.array(rows)))
                values = table.column(column).take(pa.array(places, mask=places < 0))
                there = places >= 0
                if not answer.constant:
                    there &= ~_null(values)
                if there.any():
                    part.fill(column, rows[there], values.filter(pa.array(there)), self._code(link))
                filled += int(np.count_nonzero(there))
        return filled

    def open_cells(self, column: str) -> int:
        """The rows with a null in this column that no link has filled, where there were too many."""
        parts = (part for part in self._parts if column in part.answer.holes)
        return sum(len(part.open(column, self._wanted.keys_of(part.table))) for part in parts)

    @property
    def whole(self) -> bool:
        """Whether no column has a null left in it that a link may fill."""
        columns = {column for part in self._parts for column in part.answer.holes}
        return not any(self.open_cells(column) for column in columns)

    @property
    def rows(self) -> int:
        """How many rows the links have given."""
        return sum(part.table.num_rows for part in self._parts)

    def serving(self, *, outage: bool) -> Serving:
        """Who answers for what; after an outage keys that nobody has are marked, too."""
        default = self._constants is not None
        unserved = not default and not (self._asked.whole and self.served.all())
        if not (outage and unserved):
            return Serving(tuple(self.links), default)
        return Serving((*self.links, NULL), default, miss=len(self.links))

    def table(self) -> pa.Table:
        """All rows with the links that they are from; without links when all are live."""
        if len(self.links) == 1 and self._parts:
            return self._parts[0].table
        patched = sorted({column for part in self._parts for column in part.patched})
        tables = [_with_links(part, patched) for part in self._parts]
        if self._constants is not None:
            tables.append(_row_with_links(self._constants, patched))
        if not tables:
            return self._wanted.typed(_nothing(self._wanted.columns))
        return pa.concat_tables(tables, promote_options="default").unify_dictionaries()

    def _code(self, link: str) -> int:
        if link not in self.links[1:]:  # a stand-in may have any name, that of the live read too
            self.links.append(link)
        return self.links.index(link, 1)

    def _new(self, answer: Answer, table: pa.Table) -> Mask:
        """The rows whose key no link before has, and that somebody may ask for."""
        keys = self._wanted.keys_of(table)
        new = answer.has(keys)
        for part in self._parts:
            new &= ~part.answer.has(keys)
        if self._asked.whole:
            new &= self._asked_for().positions(keys) >= 0
        return new

    def _asked_for(self) -> LookupTable:
        if self._index is None:
            keys = self._asked.keys
            join = {name: name for name in keys.column_names}
            self._index = LookupTable(self._wanted.name, keys, join=join, added={})
        return self._index

    def _aligned(self, table: pa.Table) -> pa.Table:
        """The table in the types of the parts that are there."""
        table = table.select(self._wanted.columns)
        for field_ in self._parts[0].table.schema if self._parts else ():
            place = table.column_names.index(field_.name)
            if not (pt.is_null(field_.type) or table.schema.field(place).type.equals(field_.type)):
                table = table.set_column(place, field_.name, _conformed(table, field_))
        return table


def _conformed(table: pa.Table, wanted: pa.Field) -> pa.ChunkedArray:
    try:
        return conform(table.column(wanted.name), wanted.type)
    except ConversionError as error:
        raise DataError(
            f"column {shown(wanted.name)} is of another type than in the links before",
            seen=error.seen,
            allowed=str(wanted.type),
        ) from error


def _null(values: pa.ChunkedArray) -> Mask:
    null: Mask = values.is_null(nan_is_null=pt.is_floating(values.type)).to_numpy()
    return null.copy()


def _with_links(part: _Part, patched: Collection[str]) -> pa.Table:
    codes = np.full(part.table.num_rows, part.code, dtype=np.int8)
    table = part.table.add_column(0, LINK, pa.array(codes))
    for column in patched:
        table = table.append_column(link_column(column), pa.array(part.patched.get(column, codes)))
    return table


def _row_with_links(row: pa.Table, patched: Collection[str]) -> pa.Table:
    for column in patched:
        row = row.append_column(link_column(column), row.column(LINK))
    return row


def _nothing(columns: Collection[str]) -> pa.Table:
    return pa.table({column: pa.nulls(0) for column in columns})
