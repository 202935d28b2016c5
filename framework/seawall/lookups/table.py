"""A lookup as an index: rows of the lookup for keys of a chunk, built once a worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt
from numpy.typing import NDArray

from seawall.conform import kind
from seawall.errors import DataError
from seawall.lookups.serving import LINK, Serving, link_column

__all__ = ["LookupTable"]

_EXAMPLES = 3
Codes = NDArray[np.int64]
Links = NDArray[np.int8]
T = TypeVar("T", np.int8, np.int64)
_LIVE = Serving()


class LookupTable:
    """An upstream table that answers for keys: at most one row a key, a miss is row −1.

    `join` maps the chunk's column to the lookup's, `added` the lookup's column to the name under
    which it is added; `serving` says which links the rows are from. Several join columns become one
    by numbering: the codes of the first, times the count of the second, plus its codes, numbered
    anew, and so on.
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
        self._keys = [_distinct(table.column(column)) for column in join.values()]
        self._levels: list[pd.Index[int]] = []
        codes = self._numbered([table.column(column) for column in join.values()])
        _refuse_doubles(name, table.select(list(dict.fromkeys(join.values()))), codes)
        self._rows = np.full(int(codes.max(initial=-1)) + 1, -1, dtype=np.int64)
        self._rows[codes[codes >= 0]] = np.flatnonzero(codes >= 0)

    def positions(self, chunk: pa.Table) -> Codes:
        """For each row of the chunk its row of the lookup, −1 where the key has no match or is null.

        Where constants stand in, a key without a match gets their row; a null is no key, and gets none.
        """
        rows = self._matches(chunk)
        if self._default >= 0:
            rows[(rows < 0) & self._asked(chunk)] = self._default
        return rows

    def served(self, chunk: pa.Table, positions: Codes) -> dict[str, Links]:
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
                own = _at(links, positions, 0)
                found[column] = np.where(own == whole, 0, own).astype(np.int8)
        return {column: codes for column, codes in found.items() if codes.any()}

    def _whole(self, chunk: pa.Table, positions: Codes) -> Links:
        links = self._links.get("")
        if links is None:
            codes = np.zeros(len(positions), dtype=np.int8)
        else:
            codes = _at(links, positions, 0)
        if self.serving.miss:
            codes[(positions < 0) & self._asked(chunk)] = self.serving.miss
        return codes

    def _asked(self, chunk: pa.Table) -> NDArray[np.bool_]:
        """The rows that ask for a key: no part of it is null or NaN."""
        asked = np.ones(chunk.num_rows, dtype=bool)
        for column in self.join:
            values = chunk.column(column)
            asked &= ~values.is_null(nan_is_null=pt.is_floating(values.type)).to_numpy()
        return asked

    def _matches(self, chunk: pa.Table) -> Codes:
        columns = [chunk.column(column) for column in self.join]
        codes = _codes_in(columns[0], self._keys[0])
        for column, keys, level in zip(columns[1:], self._keys[1:], self._levels, strict=True):
            codes = _found(level, _combined(codes, _codes_in(column, keys), len(keys)))
        return _at(self._rows, codes, -1)

    def take(self, positions: Codes) -> dict[str, pa.Array]:
        """The added columns for these rows; null where the row is −1."""
        rows = pa.array(positions, mask=positions < 0)
        return {name: values.take(rows) for name, values in self._columns.items()}

    def _numbered(self, columns: Sequence[pa.ChunkedArray]) -> Codes:
        """A number for each key of the lookup's own rows, −1 where a part of it is null."""
        codes = _codes_in(columns[0], self._keys[0])
        for column, keys in zip(columns[1:], self._keys[1:], strict=True):
            combined = _combined(codes, _codes_in(column, keys), len(keys))
            level = pd.Index(pd.unique(combined[combined >= 0]))
            self._levels.append(level)
            codes = _found(level, combined)
        return codes


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


def _distinct(column: pa.ChunkedArray) -> pd.Index[Any]:
    """The keys that there are; nulls and NaN are none."""
    values = pc.drop_null(pc.unique(_plain(column)))
    keys: pd.Index[Any] = pd.Index(values.to_numpy(zero_copy_only=False)).dropna()
    return keys


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The values in a type that pandas hashes quickly: text, or numbers."""
    if pt.is_dictionary(column.type):
        return _plain(column.cast(column.type.value_type))
    if kind(column.type) == "text":
        return column.cast(pa.string())
    if pt.is_date32(column.type):
        return column.cast(pa.int32())
    return column.cast(pa.int64()) if pt.is_temporal(column.type) else column


def _codes_in(column: pa.ChunkedArray, keys: pd.Index[Any]) -> Codes:
    """The number of each value among the keys, −1 for null and unknown ones."""
    if kind(column.type) == "text" and not _holds_numbers(column.type):
        encoded = _one(
            column if pt.is_dictionary(column.type) else _plain(column).dictionary_encode()
        )
        known = _found(keys, encoded.dictionary.to_numpy(zero_copy_only=False))
        return _at(known, pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False), -1)
    plain = _plain(column)
    if not plain.null_count:
        return _found(keys, plain.to_numpy())
    codes: Codes = np.full(len(plain), -1, dtype=np.int64)
    codes[plain.is_valid().to_numpy()] = _found(keys, plain.drop_null().to_numpy())
    return codes


def _holds_numbers(type_: pa.DataType) -> bool:
    return pt.is_dictionary(type_) and kind(type_.value_type) != "text"


def _found(keys: pd.Index[Any], values: Any) -> Codes:
    """The place of each value among the keys, −1 where there is none."""
    return np.asarray(keys.get_indexer(values), dtype=np.int64)


def _combined(codes: Codes, others: Codes, count: int) -> Codes:
    return np.where((codes < 0) | (others < 0), -1, codes * count + others)


def _at(values: NDArray[T], places: NDArray[Any], nowhere: int) -> NDArray[T]:
    """The values at these places, `nowhere` where the place is −1."""
    padded = np.append(values, np.array([nowhere], dtype=values.dtype))
    found: NDArray[T] = padded[places]
    return found


def _refuse_doubles(name: str, keys: pa.Table, codes: Codes) -> None:
    known = codes[codes >= 0]
    if len(np.unique(known)) == len(known):
        return
    doubled = np.flatnonzero((codes >= 0) & pd.Series(codes).duplicated().to_numpy())[:_EXAMPLES]
    shown = keys.take(pa.array(doubled)).to_pylist()
    raise DataError(
        "several rows for one key",
        f"lookup {name}",
        "; ".join(", ".join(f"{column} {value}" for column, value in key.items()) for key in shown),
        "one row a key",
        "make the lookup's rows unique, or join by more columns",
    )
