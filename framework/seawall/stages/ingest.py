"""Ingest: a chunk's rows as the contract types them, with the lookups joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from seawall.config.ingest import Ingest
from seawall.config.judging import ColumnContract
from seawall.conform import ConversionError, arrow_type, conform, kind, to_frame
from seawall.contracts import ChunkedSource, ChunkRef, Fragment
from seawall.errors import DataError
from seawall.lookups.table import LookupTable
from seawall.names import did_you_mean
from seawall.stages.provenance import Provenance

__all__ = ["Ingested", "Reading", "conformed", "ingest", "present"]


@dataclass(frozen=True, slots=True)
class Ingested:
    """A chunk's frame, for each lookup the rows (a mask) whose key had no match, and who served them."""

    frame: pd.DataFrame
    missed: Mapping[str, NDArray[np.bool_]]
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Reading:
    """What ingest needs of a plan: the source and its files, the columns read, contract, lookups."""

    source: ChunkedSource
    fragments: Sequence[Fragment]
    columns: Sequence[str] | None
    ingest: Ingest
    contracts: Mapping[str, ColumnContract]


def ingest(reading: Reading, ref: ChunkRef, tables: Mapping[str, LookupTable]) -> Ingested:
    """The chunk's rows, typed, joined, indexed by their number in the batch.

    Raises DataError for a damaged file, a value that does not survive its declared type, or a null
    or repeated key; TemporaryError when the input changed since it was planned.
    """
    where = reading.fragments[ref.spans[0].fragment].path
    rows = reading.source.read(reading.fragments, ref, reading.columns)
    table = conformed(rows.table, reading.contracts, first_row=ref.first_row, where=where)
    asked, missed, served = table, {}, {}
    for name, lookup in tables.items():
        found = lookup.positions(asked)
        missed[name], served[name] = found < 0, lookup.served(asked, found)
        for column, values in lookup.take(found).items():
            table = table.append_column(column, values)
    frame = to_frame(table, ref.first_row, reading.contracts)
    _usable_key(frame[reading.ingest.primary.key], where)
    provenance = Provenance.clean(frame.index)
    for name, links in served.items():
        provenance = provenance.marked(name, tables[name].serving.links, links)
    return Ingested(frame, missed, provenance)


def present(schema: pa.Schema, wanted: Sequence[str], *, where: str) -> None:
    """Every wanted column is in the schema, or DataError names the nearest one that is."""
    missing = [name for name in wanted if name not in schema.names]
    if missing:
        near = did_you_mean(missing[0], [name for name in schema.names if name not in wanted])
        raise DataError(
            f"a column is missing: {', '.join(map(repr, missing))}",
            where,
            f"the columns {', '.join(schema.names)}",
            f"the columns {', '.join(wanted)}",
            near or "mend the source, or the contract under validate.columns",
        )


def conformed(
    table: pa.Table, contracts: Mapping[str, ColumnContract], *, first_row: int, where: str
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
            raise _type_changed(name, contract, error, (first_row, where)) from error
        table = table.set_column(place, name, values)
    return table


def _usable_key(keys: pd.Series[Any], where: str) -> None:
    nulls = keys.isna()
    if nulls.any():
        row = keys.index[int(nulls.to_numpy().argmax())]
        raise DataError(
            f"a null in the key {keys.name!r}",
            f"{where}, row {row:,} of the batch",
            f"{int(nulls.sum()):,} nulls",
            "a key that is never null",
            "mend the source: the key traces a row everywhere",
        )
    if not (keys.is_monotonic_increasing and keys.is_unique) and keys.duplicated().any():
        doubled = keys[keys.duplicated()]
        raise DataError(
            f"the key {keys.name!r} is not unique",
            f"{where}, row {doubled.index[0]:,} of the batch",
            f"{len(doubled):,} repeated keys, the first {doubled.iloc[0]!r}",
            "a key that stands once in the batch",
            "mend the source, or choose a key that is unique",
        )


def _type_changed(
    name: str, contract: ColumnContract, error: ConversionError, place: tuple[int, str]
) -> DataError:
    first_row, where = place
    row = "" if error.row is None else f", row {first_row + error.row:,} of the batch"
    return DataError(
        f"column {name!r} is not of its declared type",
        f"{where}{row}",
        error.seen,
        contract.dtype + (f" in zone {contract.timezone}" if contract.timezone else ""),
        "mend the source, or the column's dtype under validate.columns",
    )
