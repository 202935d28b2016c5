"""Ingest: a chunk's rows as the contract types them, with the lookups joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from seawall.config.contract import ColumnContract
from seawall.config.ingest import Ingest
from seawall.conform import to_frame
from seawall.contracts import ChunkedSource, ChunkRef, Fragment, Refused, Rows
from seawall.errors import DataError
from seawall.lookups.table import LookupTable
from seawall.shown import shown
from seawall.sources.refused import refusal
from seawall.stages.conversion import Typed, Untyped, typed
from seawall.stages.provenance import Provenance

__all__ = ["Ingested", "Reading", "ingest", "readable"]


@dataclass(frozen=True, slots=True)
class Ingested:
    """A chunk's frame, for each lookup the rows (a mask) whose key had no match, and who served them.

    `refused` are the records that are in none of these, since they could not be read. `original` has
    all others as the source gave them, `numbers` their numbers in the batch; `untyped` tells which of
    them are not in the frame, by their places there. `conversions` counts values by how they got
    their type.
    """

    frame: pd.DataFrame
    missed: Mapping[str, NDArray[np.bool_]]
    provenance: Provenance
    original: pa.Table
    numbers: pd.Index[Any]
    refused: tuple[Refused, ...] = ()
    untyped: tuple[Untyped, ...] = ()
    conversions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """What ingest needs of a plan: the source and its files, the columns read, contract, lookups.

    `spared` holds the reasons for which a record that cannot be read may be left out.
    """

    source: ChunkedSource
    fragments: Sequence[Fragment]
    columns: Sequence[str] | None
    ingest: Ingest
    contracts: Mapping[str, ColumnContract]
    spared: frozenset[str] = frozenset()


def ingest(reading: Reading, ref: ChunkRef, tables: Mapping[str, LookupTable]) -> Ingested:
    """The chunk's rows, typed, joined, indexed by their number in the batch.

    Raises DataError for a damaged file, a record that may not be left out, a value that does not
    survive its declared type, a null in the key or a repeated one that fails; TemporaryError when
    the input changed since it was planned.
    """
    rows = _read(reading, ref)
    there = _Places.of_rows(reading, ref, rows)
    found = _typed(reading, rows, there)
    table, missed, served = found.table, {}, {}
    for name, lookup in tables.items():
        places = lookup.positions(found.table)
        missed[name], served[name] = places < 0, lookup.served(found.table, places)
        for column, values in lookup.take(places).items():
            table = table.append_column(column, values)
    frame = to_frame(table, ref.first_row, reading.contracts)
    numbers = there.numbers
    if found.kept is not None:
        there = replace(there, rows=there.rows[found.kept])
    frame.index = there.numbers
    primary = reading.ingest.primary
    _never_null(frame[primary.key], there)
    if primary.on_duplicate_key == "fail":
        _stands_once(frame[primary.key], there)
    provenance = Provenance.clean(frame.index)
    for name, links in served.items():
        provenance = provenance.marked(name, tables[name].serving.links, links)
    return Ingested(
        frame=frame,
        missed=missed,
        provenance=provenance,
        original=rows.table,
        numbers=numbers,
        refused=rows.refused,
        untyped=found.untyped,
        conversions=found.conversions,
    )


def readable(reading: Reading, ref: ChunkRef) -> Rows:
    """The chunk's rows that can be typed, with nothing joined; raises as `ingest` does."""
    rows = _read(reading, ref)
    found = _typed(reading, rows, _Places.of_rows(reading, ref, rows))
    return Rows(found.table, rows.refused)


def _typed(reading: Reading, rows: Rows, there: _Places) -> Typed:
    key = reading.ingest.primary.key
    return typed(rows.table, reading.contracts, key=key, place=there.of)


def _read(reading: Reading, ref: ChunkRef) -> Rows:
    """The chunk's rows as the source gives them; DataError for a record that may not be left out."""
    rows = reading.source.read(reading.fragments, ref, reading.columns)
    for refused in rows.refused:
        if refused.reason not in reading.spared:
            raise refusal(refused, ref.first_row)
    return rows


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the rows of a chunk's table stand: `rows` are their numbers in the chunk."""

    reading: Reading
    ref: ChunkRef
    rows: NDArray[np.int64]

    @classmethod
    def of_rows(cls, reading: Reading, ref: ChunkRef, rows: Rows) -> Self:
        """The places of the rows that were read."""
        if rows.numbers is not None:
            return cls(reading, ref, np.array(rows.numbers, dtype=np.int64))
        gone = [np.arange(entry.row, entry.row + entry.rows) for entry in rows.refused]
        everything = np.arange(ref.rows)
        return cls(
            reading, ref, np.delete(everything, np.concatenate(gone)) if gone else everything
        )

    @property
    def numbers(self) -> pd.Index[Any]:
        """The rows' numbers in the batch."""
        if len(self.rows) == self.ref.rows and (self.rows == np.arange(self.ref.rows)).all():
            return pd.RangeIndex(self.ref.first_row, self.ref.first_row + self.ref.rows)
        return pd.Index(self.rows + self.ref.first_row)

    def of(self, row: int | None) -> str:
        """The file with the line or row group, and the row of the batch; the file alone for None."""
        reading, ref = self.reading, self.ref
        if row is None:
            return reading.fragments[ref.spans[0].fragment].shown
        row = int(self.rows[row])
        where = reading.source.place(reading.fragments, ref, row)
        return f"{where}, row {ref.first_row + row:,} of the batch"


def _never_null(keys: pd.Series[Any], there: _Places) -> None:
    nulls = keys.isna()
    if nulls.any():
        raise DataError(
            f"a null in the key {shown(keys.name)}",
            there.of(int(nulls.to_numpy().argmax())),
            f"{int(nulls.sum()):,} nulls",
            "a key that is never null",
            "mend the source: the key traces a row everywhere",
        )


def _stands_once(keys: pd.Series[Any], there: _Places) -> None:
    if not (keys.is_monotonic_increasing and keys.is_unique) and keys.duplicated().any():
        again = keys.duplicated()
        doubled = keys[again]
        raise DataError(
            f"the key {shown(keys.name)} is not unique",
            there.of(int(again.to_numpy().argmax())),
            f"{len(doubled):,} repeated keys, the first {shown(doubled.iloc[0])}",
            "a key that stands once in the batch",
            "mend the source, or choose a key that is unique",
        )
