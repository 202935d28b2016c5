"""Ingest: a chunk's rows as the contract types them, with the lookups joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from seawall.config.contract import ColumnContract
from seawall.config.ingest import Ingest
from seawall.conform import ConversionError, arrow_type, conform, kind, to_frame
from seawall.contracts import ChunkedSource, ChunkRef, Fragment, Refused, Rows
from seawall.errors import DataError
from seawall.lookups.table import LookupTable
from seawall.sources.refused import refusal
from seawall.stages.provenance import Provenance

__all__ = ["Ingested", "Reading", "ingest", "readable"]


@dataclass(frozen=True, slots=True)
class Ingested:
    """A chunk's frame, for each lookup the rows (a mask) whose key had no match, and who served them.

    `refused` are the records that are in none of these, since they could not be read. `original` has
    the frame's rows as the source gave them.
    """

    frame: pd.DataFrame
    missed: Mapping[str, NDArray[np.bool_]]
    provenance: Provenance
    original: pa.Table
    refused: tuple[Refused, ...] = ()


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
    survive its declared type, or a null or repeated key; TemporaryError when the input changed since
    it was planned.
    """
    rows = _read(reading, ref)
    there = _Places.of_rows(reading, ref, rows)
    table = _conformed(rows.table, reading.contracts, there)
    asked, missed, served = table, {}, {}
    for name, lookup in tables.items():
        found = lookup.positions(asked)
        missed[name], served[name] = found < 0, lookup.served(asked, found)
        for column, values in lookup.take(found).items():
            table = table.append_column(column, values)
    frame = to_frame(table, ref.first_row, reading.contracts)
    if rows.refused:
        frame.index = pd.Index(there.rows + ref.first_row)
    _usable_key(frame[reading.ingest.primary.key], there)
    provenance = Provenance.clean(frame.index)
    for name, links in served.items():
        provenance = provenance.marked(name, tables[name].serving.links, links)
    return Ingested(frame, missed, provenance, rows.table, rows.refused)


def readable(reading: Reading, ref: ChunkRef) -> Rows:
    """The chunk's rows as the contract types them, with nothing joined; raises as `ingest` does."""
    rows = _read(reading, ref)
    there = _Places.of_rows(reading, ref, rows)
    return Rows(_conformed(rows.table, reading.contracts, there), rows.refused)


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
        gone = [np.arange(entry.row, entry.row + entry.rows) for entry in rows.refused]
        everything = np.arange(ref.rows)
        return cls(
            reading, ref, np.delete(everything, np.concatenate(gone)) if gone else everything
        )

    def of(self, row: int | None) -> str:
        """The file with the line or row group, and the row of the batch; the file alone for None."""
        reading, ref = self.reading, self.ref
        if row is None:
            return reading.fragments[ref.spans[0].fragment].shown
        row = int(self.rows[row])
        where = reading.source.place(reading.fragments, ref, row)
        return f"{where}, row {ref.first_row + row:,} of the batch"


def _conformed(
    table: pa.Table, contracts: Mapping[str, ColumnContract], there: _Places
) -> pa.Table:
    """The table with each declared column in its declared type; DataError when a value would change."""
    for name, contract in contracts.items():
        if name not in table.column_names:
            continue
        place, have = table.column_names.index(name), table.column(name)
        if (
            contract.dtype == "timestamp"
            and not contract.timezone
            and kind(have.type) == "timestamp"
        ):
            continue
        try:
            values = conform(have, arrow_type(contract))
        except ConversionError as error:
            raise _type_changed(name, contract, error, there.of(error.row)) from error
        table = table.set_column(place, name, values)
    return table


def _usable_key(keys: pd.Series[Any], there: _Places) -> None:
    nulls = keys.isna()
    if nulls.any():
        raise DataError(
            f"a null in the key {keys.name!r}",
            there.of(int(nulls.to_numpy().argmax())),
            f"{int(nulls.sum()):,} nulls",
            "a key that is never null",
            "mend the source: the key traces a row everywhere",
        )
    if not (keys.is_monotonic_increasing and keys.is_unique) and keys.duplicated().any():
        again = keys.duplicated()
        doubled = keys[again]
        raise DataError(
            f"the key {keys.name!r} is not unique",
            there.of(int(again.to_numpy().argmax())),
            f"{len(doubled):,} repeated keys, the first {doubled.iloc[0]!r}",
            "a key that stands once in the batch",
            "mend the source, or choose a key that is unique",
        )


def _type_changed(
    name: str, contract: ColumnContract, error: ConversionError, where: str
) -> DataError:
    return DataError(
        f"column {name!r} is not of its declared type",
        where,
        error.seen,
        contract.dtype + (f" in zone {contract.timezone}" if contract.timezone else ""),
        "mend the source, or the column's dtype under validate.columns",
    )
