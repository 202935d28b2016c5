"""Parquet files, chunk by chunk: whole row groups, or even slices of one that is too large."""

from __future__ import annotations

import bisect
import itertools
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from seawall.contracts import Caps, ChunkRef, Fragment, Refused, Rows, Span
from seawall.errors import DataError
from seawall.shown import listed
from seawall.sources.caps import few_rows
from seawall.sources.files import find_fragments, held_still, unreadable
from seawall.sources.refused import CORRUPT
from seawall.sources.row_groups import Decoder, decoded_bytes

__all__ = ["ParquetSource"]

WHOLE = -1
"""The `skip` of a span of whole row groups; from 0 on, a slice of one."""


class ParquetSource:
    """The rows of all files that match a glob, in the order of paths and of rows in each.

    Columns named in `dictionaries` stay dictionary-encoded from the file on.
    """

    def __init__(
        self,
        pattern: str,
        *,
        dictionaries: Sequence[str] = (),
        caps: Caps = Caps(),  # noqa: B008 - frozen
    ) -> None:
        self.pattern = pattern
        self.dictionaries = tuple(dictionaries)
        self.caps = caps
        self._last = _LastGroup()

    def __getstate__(self) -> dict[str, Any]:
        return {"pattern": self.pattern, "dictionaries": self.dictionaries, "caps": self.caps}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)  # type: ignore[misc]

    def __str__(self) -> str:
        """The pattern that its files match."""
        return self.pattern

    def fragments(self) -> tuple[Fragment, ...]:
        """The files, by path."""
        return find_fragments(self.pattern)

    def schema(self, fragments: Sequence[Fragment]) -> pa.Schema:
        """The first file's columns; DataError when another file has other columns or types."""
        first = self._open(fragments[0]).schema_arrow.remove_metadata()
        doubled = sorted({name for name in first.names if first.names.count(name) > 1})
        if doubled:
            raise DataError(f"several columns of one name: {listed(doubled)}", fragments[0].path)
        for fragment in fragments[1:]:
            other = self._open(fragment).schema_arrow.remove_metadata()
            if not first.equals(other):
                raise _disagreement(fragments[0], fragment, first, other)
        return first

    def decoded_bytes(self, fragments: Sequence[Fragment], columns: Sequence[str] | None) -> int:
        """How many bytes the columns take at least, as the footers tell it."""
        return sum(
            decoded_bytes(self._open(fragment), columns, self.dictionaries)
            for fragment in fragments
        )

    def chunks(self, fragments: Sequence[Fragment], rows: int) -> Iterator[ChunkRef]:
        """Whole row groups packed up to `rows` rows; a larger row group in even slices."""
        groups = list(self._group_sizes(fragments))
        # Before a chunk is made: a small file may tell of more of them than memory can hold.
        few_rows(sum(group[-1] for group in groups), self.caps, self.pattern)
        return _cut(groups, rows)

    def read(
        self, fragments: Sequence[Fragment], ref: ChunkRef, columns: Sequence[str] | None
    ) -> Rows:
        """The chunk's rows; a missing column is left to the caller, who knows the nearest name.

        Refused are the row groups whose pages are damaged; where pages have checksums, those count.
        """
        tables: list[pa.Table] = []
        refused: list[Refused] = []
        row = 0
        for span in ref.spans:
            try:
                tables.append(self._read_span(fragments[span.fragment], span, columns))
            except _DamagedError as error:
                place = f"{fragments[span.fragment].shown}, row group {span.start}"
                refused.append(Refused(row, span.rows, CORRUPT, place, str(error), "whole pages"))
            row += span.rows
        if not tables:
            schema = self.schema(fragments)
            names = schema.names if columns is None else columns
            tables = [pa.schema([schema.field(name) for name in names]).empty_table()]
        return Rows(pa.concat_tables(tables, promote_options="default"), tuple(refused))

    def place(self, fragments: Sequence[Fragment], ref: ChunkRef, row: int) -> str:
        """The file and the row group of the chunk's row."""
        (place,) = self.places(fragments, ref, [row])
        return place

    def places(
        self, fragments: Sequence[Fragment], ref: ChunkRef, rows: Sequence[int]
    ) -> list[str]:
        """As `place`, for several rows."""
        ends = list(itertools.accumulate(span.rows for span in ref.spans))
        spans = (ref.spans[bisect.bisect_right(ends, row)] for row in rows)
        return [f"{fragments[span.fragment].shown}, row group {span.start}" for span in spans]

    def _group_sizes(self, fragments: Sequence[Fragment]) -> Iterator[tuple[int, int, int]]:
        for place, fragment in enumerate(fragments):
            footer = self._open(fragment).metadata
            for group in range(footer.num_row_groups):
                yield place, group, footer.row_group(group).num_rows

    def _read_span(self, fragment: Fragment, span: Span, columns: Sequence[str] | None) -> pa.Table:
        held_still(fragment)

        def read() -> pa.Table:
            file = self._open(fragment)
            decoder = Decoder(fragment.path, fragment.shown, self.dictionaries, self.caps)
            table = decoder.table(file, range(span.start, span.stop), columns)
            promised = sum(
                file.metadata.row_group(group).num_rows for group in range(span.start, span.stop)
            )
            if table.num_rows != promised:
                what = f"{table.num_rows:,} rows, and {promised:,} in the footer"
                raise _DamagedError(what)
            return table

        try:
            if span.skip == WHOLE:
                return read()
            return self._last.table((fragment.path, span.start, columns), read).slice(
                span.skip, span.rows
            )
        except (pa.ArrowException, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise unreadable(fragment.path, error) from error
            raise _DamagedError(" ".join(str(error).split())[:300]) from error

    def _open(self, fragment: Fragment) -> pq.ParquetFile:
        try:
            return _with_dictionaries(fragment.path, self.dictionaries)
        except (pa.ArrowException, OSError) as error:
            raise unreadable(fragment.path, error) from error


def _with_dictionaries(path: str, wanted: Sequence[str]) -> pq.ParquetFile:
    """The file, its categories encoded; a wanted column that isn't there is the contract's business."""
    try:
        names = list(wanted)
        return pq.ParquetFile(path, read_dictionary=names, page_checksum_verification=True)
    except KeyError:
        there = pq.read_schema(path).names
        names = [name for name in wanted if name in there]
        return pq.ParquetFile(path, read_dictionary=names, page_checksum_verification=True)


class _DamagedError(Exception):
    """A row group cannot be decoded, and nothing else is wrong with its file."""


class _LastGroup:
    """The row group that was decoded last: slices of a large one are read one after the other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key: object = None
        self._table: pa.Table | None = None

    def table(self, key: object, read: Callable[[], pa.Table]) -> pa.Table:
        """The table of that key, decoded by one thread while the others wait for it."""
        with self._lock:
            if self._table is None or key != self._key:
                self._key, self._table = key, read()
            return self._table


def _cut(groups: Sequence[tuple[int, int, int]], rows: int) -> Iterator[ChunkRef]:
    number = first_row = 0
    for spans in _packed(iter(groups), rows):
        count = sum(span.rows for span in spans)
        yield ChunkRef(number, first_row, count, tuple(spans))
        number, first_row = number + 1, first_row + count


def _packed(groups: Iterable[tuple[int, int, int]], rows: int) -> Iterator[list[Span]]:
    spans: list[Span] = []
    for fragment, group, size in groups:
        if spans and (size > rows or sum(span.rows for span in spans) + size > rows):
            yield spans
            spans = []
        if size > rows:
            yield from ([span] for span in _slices(fragment, group, size, rows))
        elif size:
            spans.append(Span(fragment, group, group + 1, WHOLE, size))
    if spans:
        yield spans


def _slices(fragment: int, group: int, size: int, rows: int) -> Iterator[Span]:
    parts = -(-size // rows)
    borders = [size * part // parts for part in range(parts + 1)]
    for start, stop in itertools.pairwise(borders):
        yield Span(fragment, group, group + 1, start, stop - start)


def _disagreement(
    first: Fragment, other: Fragment, expected: pa.Schema, found: pa.Schema
) -> DataError:
    differing = [f"{field.name} {field.type}" for field in found if field not in list(expected)] + [
        f"no {name}" for name in expected.names if name not in found.names
    ]
    return DataError(
        "files of one batch have different columns",
        other.path,
        listed(differing) or "another order of columns",
        f"the columns of {first.path}",
        "write the batch's files with one schema",
    )
