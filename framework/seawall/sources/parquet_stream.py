"""Parquet from a file that is far away: only the wanted columns' ranges, row group by row group."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from seawall.contracts import Request
from seawall.errors import DataError
from seawall.sources.caps import beyond, small_enough
from seawall.sources.columns import wanted
from seawall.sources.row_groups import decoded_bytes

__all__ = ["parquet_tables"]

_ROWS = 65_536


def parquet_tables(file: Any, request: Request, where: str) -> Iterator[pa.Table]:
    """The file's rows in tables of at most 65,536, at least one, which has the columns.

    Raises DataError for a damaged file, a missing column, and for more than the caps allow, which
    the footer tells before anything else is fetched.
    """
    with _readable(where):
        # the ranges of a row group's columns are fetched together: a round trip each would cost
        parquet = pq.ParquetFile(file, pre_buffer=True, page_checksum_verification=True)
        columns = list(wanted(request.columns, parquet.schema_arrow.names, where))
    _refuse_too_much(parquet, columns, request, where)
    empty = True
    for group in range(parquet.metadata.num_row_groups):
        for batch in _batches(parquet, group, columns, where):
            empty = False
            yield pa.Table.from_batches([batch]).replace_schema_metadata(None)
    if empty:
        schema = parquet.schema_arrow.remove_metadata()
        yield schema.empty_table().select(columns)


def _batches(
    parquet: pq.ParquetFile, group: int, columns: list[str], where: str
) -> Iterator[pa.RecordBatch]:
    with _readable(f"{where}, row group {group}"):
        yield from parquet.iter_batches(
            _ROWS, row_groups=[group], columns=columns, use_threads=False
        )


def _refuse_too_much(
    parquet: pq.ParquetFile, columns: list[str], request: Request, where: str
) -> None:
    rows = parquet.metadata.num_rows
    if rows > request.caps.rows:
        raise beyond("rows", where, f"{rows:,} rows", f"{request.caps.rows:,}")
    small_enough(decoded_bytes(parquet, columns, ()), request.caps, where)


@contextmanager
def _readable(where: str) -> Iterator[None]:
    """What the format's reader refuses is a DataError; what the store does is let through."""
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        # the reader's own OSError has no number; the store's has one, or a class of its own
        if isinstance(error, OSError) and (type(error) is not OSError or error.errno is not None):
            raise
        raise DataError(
            "a file of the input is damaged or of another format",
            where,
            " ".join(str(error).split())[:300],
            todo="write the file anew",
        ) from error
