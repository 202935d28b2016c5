"""Local files as an upstream that answers with rows, piece by piece."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from seawall.config.sources import FilesSource
from seawall.config.templates import fill
from seawall.contracts import ChunkedSource, Fragment, Refused, Request
from seawall.errors import DataError
from seawall.names import did_you_mean
from seawall.shown import listed, shown
from seawall.sources.files import below
from seawall.sources.open import FileSource, open_source

__all__ = ["LocalFiles", "stream"]

_ROWS = 131_072


class LocalFiles:
    """The rows of all files below the project root that match; `as_of` is the newest file's time."""

    def __init__(self, section: FilesSource, root: Path) -> None:
        self.section, self.root = section, root
        self.as_of: datetime | None = None

    def tables(self, request: Request) -> Iterator[pa.Table]:
        """The files' rows by path; of Parquet only the wanted columns are decoded.

        Raises UnavailableError when no file matches, DataError for a missing column and for records
        that cannot be read, TemporaryError for a file that changes meanwhile.
        """
        section = self.section
        pattern = below(self.root, fill(section.path, request.batch))
        source = open_source(FileSource(section.type, pattern, section.csv, request.caps), {})
        fragments = source.fragments()
        yield from stream(source, fragments, request.columns, where=pattern)
        self.as_of = _newest(fragments)


def stream(
    source: ChunkedSource,
    fragments: Sequence[Fragment],
    wanted: Sequence[str] | None,
    *,
    where: str,
) -> Iterator[pa.Table]:
    """The rows chunk by chunk, without rows at least a table that has the columns.

    Raises DataError for a missing column, and for a record that cannot be read: a stream has no
    quarantine.
    """
    schema = source.schema(fragments)
    columns = _wanted(wanted, schema.names, where=where)
    empty = True
    for ref in source.chunks(fragments, _ROWS):
        rows = source.read(fragments, ref, columns)
        for refused in rows.refused:
            raise _unreadable(refused)
        empty = False
        yield rows.table
    if empty:
        yield schema.empty_table().select(columns or schema.names)


def _wanted(
    columns: Sequence[str] | None, there: Sequence[str], *, where: str
) -> tuple[str, ...] | None:
    """The columns to read, each once; DataError with the nearest name for one that isn't there."""
    if columns is None:
        return None
    for column in columns:
        if column not in there:
            raise DataError(
                f"a column is missing: {shown(column)}",
                where,
                f"the columns {listed(there)}",
                f"a column {shown(column)}",
                did_you_mean(column, there)
                or "mend the upstream, or the columns that are asked for",
            )
    return tuple(dict.fromkeys(columns))


def _unreadable(refused: Refused) -> DataError:
    """A stream has no quarantine: its first unreadable record is the end of it."""
    return DataError(
        refused.reason, refused.place, refused.seen, refused.allowed, "mend the file's record"
    )


def _newest(fragments: Sequence[Fragment]) -> datetime:
    newest = max(fragment.mtime_ns for fragment in fragments) / 1e9
    return datetime.fromtimestamp(newest, UTC)
