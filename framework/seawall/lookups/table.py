"""A lookup as an index: rows of the lookup for keys of a chunk, built once a worker."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt
from numpy.typing import NDArray

from seawall.errors import DataError
from seawall.lookups.fingerprints import key_part, keyed
from seawall.lookups.keys import DoubledKeysError, Keys
from seawall.lookups.serving import LINK, Serving, link_column

__all__ = ["LookupTable"]

_EXAMPLES = 3
Rows = NDArray[np.int64]
Links = NDArray[np.int8]
_LIVE = Serving()


class LookupTable:
    """An upstream table that answers for keys: at most one row a key, a miss is row −1.

    `join` maps the chunk's column to the lookup's, `added` the lookup's column to the name under
    which it is added; `serving` says which links the rows are from. Keys are found by a number that
    is made of all their parts, and then compared.
    """

    def __init__(
        self,
        name: str,
        table: pa.Table,
        *,
        join: Mapping[str, str],
        added: Mapping[str, str],
        serving: Serving = _LIVE,
    ) -> None:
        self.name, self.join, self.serving = name, dict(join), serving
        self._default = table.num_rows - 1 if serving.default else -1
        self._links = _links(table, added)
        self._columns = {new: _one(table.column(old)) for old, new in added.items()}
        try:
            self._keys = Keys([table.column(column) for column in join.values()])
        except DoubledKeysError as error:
            raise _several_rows(
                name, table.select(list(dict.fromkeys(join.values()))), error
            ) from None

    def positions(self, chunk: pa.Table) -> Rows:
        """For each row of the chunk its row of the lookup, −1 where the key has no match or is null.

        Where constants stand in, a key without a match gets their row; a null is no key, and gets none.
        """
        rows = self._keys.rows([chunk.column(column) for column in self.join])
        if self._default >= 0:
            rows[(rows < 0) & self._asked(chunk)] = self._default
        return rows

    def served(self, chunk: pa.Table, positions: Rows) -> dict[str, Links]:
        """The link behind each row's values, by added column, '' for the lookup as a whole.

        A code is a place in `serving.links`, 0 for what is not degraded; where no row of the chunk
        is, nothing is returned. A column has a code only where its link is another than the row's.
        """
        if self.serving.clean:
            return {}
        whole = self._whole(chunk, positions)
        found = {"": whole}
        for column, links in self._links.items():
            if column:
                own = _at(links, positions)
                found[column] = np.where(own == whole, 0, own).astype(np.int8)
        return {column: codes for column, codes in found.items() if codes.any()}

    def _whole(self, chunk: pa.Table, positions: Rows) -> Links:
        codes = _at(self._links.get("", np.zeros(0, dtype=np.int8)), positions)
        if self.serving.miss:
            codes[(positions < 0) & self._asked(chunk)] = self.serving.miss
        return codes

    def _asked(self, chunk: pa.Table) -> NDArray[np.bool_]:
        """The rows that ask for a key: no part of it is null or NaN."""
        return keyed([key_part(chunk.column(column)) for column in self.join])

    def take(self, positions: Rows) -> dict[str, pa.Array]:
        """The added columns for these rows; null where the row is −1."""
        found = pa.array(positions >= 0)
        rows = pa.array(np.maximum(positions, 0))
        return {name: _taken(values, rows, found) for name, values in self._columns.items()}


def _links(table: pa.Table, added: Mapping[str, str]) -> dict[str, Links]:
    """The link of each row of the lookup, and of each added column that has its own."""
    names = {LINK: "", **{link_column(theirs): ours for theirs, ours in added.items()}}
    there = set(table.column_names)
    return {
        ours: table.column(name).to_numpy().astype(np.int8, copy=False)
        for name, ours in names.items()
        if name in there
    }


def _one(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def _taken(values: pa.Array, rows: pa.Array, found: pa.Array) -> pa.Array:
    """The values of these rows, null where none was found.

    Arrow takes by indices with nulls fifteen times more slowly than by indices without.
    """
    if not len(values):
        return pa.nulls(len(rows), values.type)
    if pt.is_dictionary(values.type):
        indices = _taken(values.indices, rows, found)
        return pa.DictionaryArray.from_arrays(indices, values.dictionary)
    return pc.if_else(found, values.take(rows), pa.scalar(None, values.type))


def _at(links: Links, places: Rows) -> Links:
    """The links of these rows, 0 where the place is −1."""
    found = links[places] if len(links) else np.zeros(len(places), dtype=np.int8)
    return np.where(places < 0, 0, found).astype(np.int8, copy=False)


def _several_rows(name: str, keys: pa.Table, error: DoubledKeysError) -> DataError:
    shown = keys.take(pa.array(error.rows[:_EXAMPLES])).to_pylist()
    return DataError(
        "several rows for one key",
        f"lookup {name}",
        "; ".join(", ".join(f"{column} {value}" for column, value in key.items()) for key in shown),
        "one row a key",
        "make the lookup's rows unique, or join by more columns",
    )
