"""Rows that came as Python's own values, as tables of the same columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import pyarrow as pa

from seawall.errors import DataError
from seawall.names import did_you_mean
from seawall.shown import shown

__all__ = ["Tabled"]

_ROWS = 50_000
_SHOWN = 20

Row = Mapping[str, Any]


class Tabled:
    """Makes tables of rows. A key that a row lacks is null; one that every row lacks is missing.

    Without `columns` those of the first table hold for all.
    """

    def __init__(self, columns: Sequence[str] | None, where: str) -> None:
        self.rows = 0
        self.where = where
        self._columns = None if columns is None else tuple(dict.fromkeys(columns))
        self._unseen = set(self._columns or ())
        self._there: dict[str, None] = {}

    def tables(self, rows: Iterable[Row]) -> Iterator[pa.Table]:
        """The rows in tables of at most 50,000. DataError for values that share no type."""
        remaining = iter(rows)
        while block := list(islice(remaining, _ROWS)):
            yield self._table(block)

    def close(self) -> pa.Table | None:
        """A table without rows when there were none; DataError for a column that no row had."""
        for column in sorted(self._unseen) if self.rows else ():
            raise DataError(
                f"a column is missing: {shown(column)}",
                self.where,
                f"the keys {', '.join(list(self._there)[:_SHOWN])}",
                f"a key {shown(column)}",
                did_you_mean(column, self._there) or "mend the service, or what is asked of it",
            )
        if self.rows or self._columns is None:
            return None
        return pa.table({column: pa.nulls(0) for column in self._columns})

    def _table(self, rows: Sequence[Row]) -> pa.Table:
        self._look(rows)
        if self._columns is None:
            self._columns = tuple(self._there)
        self.rows += len(rows)
        return pa.table({name: self._array(name, rows) for name in self._columns})

    def _look(self, rows: Sequence[Row]) -> None:
        """It is noted which keys there are, as long as that is of interest."""
        if not self._unseen and self._columns is not None:
            return
        for row in rows:
            self._there.update(dict.fromkeys(row))
        self._unseen -= self._there.keys()

    def _array(self, name: str, rows: Sequence[Row]) -> pa.Array:
        try:
            return pa.array([row.get(name) for row in rows])
        except (pa.ArrowException, OverflowError) as error:
            raise DataError(
                f"values of several types, or of none that can be used, in column {shown(name)}",
                self.where,
                " ".join(str(error).split())[:200],
                "one type a column",
                "mend the service, or do without the column",
            ) from error
