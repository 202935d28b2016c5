"""CSV files, chunk by chunk: every value as the text that it is; types are the contract's business."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc

from seawall.config.sources import CsvFormat
from seawall.contracts import Caps, ChunkRef, Fragment, Rows, Span
from seawall.errors import DataError
from seawall.shown import listed, shown
from seawall.sources.blocks import Quoting, ranges, record_ends
from seawall.sources.caps import few_enough
from seawall.sources.files import find_fragments, opened, unreadable
from seawall.sources.packed import refuse_packed
from seawall.sources.stretch import Fault, stretch_of
from seawall.sources.utf8 import foreign_bytes

__all__ = ["CsvSource"]

_HEADER_LIMIT = 1 << 20
_BOM = b"\xef\xbb\xbf"


class CsvSource:
    """The records of all files that match a glob; each file begins with the same header."""

    def __init__(self, pattern: str, layout: CsvFormat, caps: Caps = Caps()) -> None:  # noqa: B008 - frozen
        """Raises DataError for a layout that is not of single bytes, different ones."""
        self.pattern = pattern
        self.caps = caps
        self.layout = layout
        self._quoting = _quoting(layout)

    def __str__(self) -> str:
        """The pattern that its files match."""
        return self.pattern

    def fragments(self) -> tuple[Fragment, ...]:
        """The files, by path."""
        return find_fragments(self.pattern)

    def schema(self, fragments: Sequence[Fragment]) -> pa.Schema:
        """The header's names, all of them text; DataError when a file has another header."""
        first = self._header(fragments[0])[0]
        for fragment in fragments[1:]:
            other = self._header(fragment)[0]
            if other != first:
                raise DataError(
                    "files of one batch have different headers",
                    fragment.path,
                    listed(other),
                    listed(first),
                    "write the batch's files with one header",
                )
        return pa.schema([(name, pa.string()) for name in first])

    def decoded_bytes(self, fragments: Sequence[Fragment], columns: Sequence[str] | None) -> int:
        """How many bytes the files have: text is not compressed here."""
        del columns
        return sum(fragment.bytes for fragment in fragments)

    def chunks(self, fragments: Sequence[Fragment], rows: int) -> Iterator[ChunkRef]:
        """Each file in ranges of `rows` records; a chunk never spans two files."""
        return few_enough(self._cut(fragments, rows), self.caps, self.pattern)

    def _cut(self, fragments: Sequence[Fragment], rows: int) -> Iterator[ChunkRef]:
        number = first_row = 0
        for place, fragment in enumerate(fragments):
            start = self._header(fragment)[1]
            for part in ranges(
                Path(fragment.path),
                start=start,
                rows=rows,
                longest=self.caps.record_bytes,
                quoting=self._quoting,
            ):
                span = Span(place, part.start, part.stop, 0, part.rows)
                yield ChunkRef(number, first_row, part.rows, (span,))
                number, first_row = number + 1, first_row + part.rows

    def read(
        self, fragments: Sequence[Fragment], ref: ChunkRef, columns: Sequence[str] | None
    ) -> Rows:
        """The chunk's records as text; what the layout names as null is null.

        Refused are records that are not UTF-8 or have another number of fields than the header.
        """
        (span,) = ref.spans
        fragment = fragments[span.fragment]
        stretch = stretch_of(fragment, span, self._quoting)
        names = self._header(fragment)[0]
        foreign = stretch.foreign()
        try:
            table, wrong = self._parse(
                stretch.without([fault.record for fault in foreign]), names, columns
            )
        except pa.ArrowException as error:
            raise unreadable(_rows(fragment, ref), error) from error
        if table.num_rows + len(wrong) + len(foreign) != ref.rows:
            raise DataError(
                "lines that are no records",
                _rows(fragment, ref),
                f"{table.num_rows + len(wrong) + len(foreign):,} records",
                f"{ref.rows:,} records",
                "look for carriage returns within fields that are not quoted",
            )
        return Rows(table, stretch.refused([*foreign, *_misshapen(wrong, foreign, ref.rows)]))

    def place(self, fragments: Sequence[Fragment], ref: ChunkRef, row: int) -> str:
        """The file and the line in which the chunk's row begins."""
        (place,) = self.places(fragments, ref, [row])
        return place

    def places(
        self, fragments: Sequence[Fragment], ref: ChunkRef, rows: Sequence[int]
    ) -> list[str]:
        """As `place`, for rows in rising order."""
        (span,) = ref.spans
        stretch = stretch_of(fragments[span.fragment], span, self._quoting)
        return [f"{stretch.fragment.path}:{line}" for line in stretch.lines(rows)]

    def _parse(
        self, payload: bytes, names: list[str], columns: Sequence[str] | None
    ) -> tuple[pa.Table, list[pc.InvalidRow]]:
        """The records, and those that were left out for having another number of fields."""
        wrong: list[pc.InvalidRow] = []

        def leave_out(row: pc.InvalidRow) -> str:
            wrong.append(row)
            return "skip"

        wanted = list(names if columns is None else columns)
        if not payload:
            return pa.schema([(name, pa.string()) for name in wanted]).empty_table(), wrong
        table = pc.read_csv(
            io.BytesIO(payload),
            read_options=pc.ReadOptions(
                column_names=names, use_threads=False, block_size=len(payload) + 1
            ),
            parse_options=pc.ParseOptions(
                delimiter=self.layout.delimiter,
                quote_char=self.layout.quote,
                newlines_in_values=True,
                invalid_row_handler=leave_out,
            ),
            convert_options=pc.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                include_columns=wanted,
                null_values=list(self.layout.nulls),
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )
        return table, wrong

    def _header(self, fragment: Fragment) -> tuple[list[str], int]:
        """The column names, and the byte at which the records begin."""
        with opened(fragment.path) as file:
            head = file.read(_HEADER_LIMIT)
        _refuse_foreign_file(head, fragment)
        stop = self._header_end(head, fragment)
        foreign = foreign_bytes(head[:stop], fragment, offset=0)
        if foreign is not None:
            raise foreign
        text = io.StringIO(head[:stop].decode("utf-8"), newline="")
        rows = csv.reader(text, delimiter=self.layout.delimiter, quotechar=self.layout.quote)
        try:
            names, *more = [row for row in rows if row]
        except csv.Error as error:
            raise unreadable(f"{fragment.path}, the header", error) from error
        if more:
            raise DataError(
                "carriage returns as line ends",
                fragment.path,
                repr(head[:60])[1:],
                "lines that end with a line feed",
                "convert the file's line ends",
            )
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled or not all(names):
            raise DataError(
                "a header with empty or repeated names",
                fragment.path,
                listed(doubled) or head[:100].decode("utf-8", "replace"),
                "one name a column, each once",
                "mend the header",
            )
        return names, stop

    def _header_end(self, head: bytes, fragment: Fragment) -> int:
        where = Path(fragment.path)
        for block in record_ends(io.BytesIO(head), self._quoting, where=where):
            if len(block) and (int(block[0]) < len(head) or fragment.bytes == len(head)):
                return int(block[0])
        raise DataError(
            "a header without an end",
            fragment.path,
            f"no line end within {len(head):,} bytes",
            "one line of names",
        )


def _misshapen(
    wrong: Sequence[pc.InvalidRow], foreign: Sequence[Fault], rows: int
) -> Iterator[Fault]:
    """Arrow counts records from 1, without those that it was not given."""
    given = np.setdiff1d(np.arange(rows), [fault.record for fault in foreign])
    for row in wrong:
        seen = f"{row.actual_columns} fields: {row.text[:200]}"
        yield Fault(int(given[row.number - 1]), seen, f"{row.expected_columns} fields")


def _quoting(layout: CsvFormat) -> Quoting:
    written = {"csv.delimiter": layout.delimiter, "csv.quote": layout.quote}
    for name, character in written.items():
        if not character.isascii() or character in "\r\n" or layout.delimiter == layout.quote:
            raise DataError(
                "a CSV layout that no file can have",
                name,
                shown(character),
                "two different ASCII characters, no line ends",
            )
    return Quoting(ord(layout.quote), ord(layout.delimiter))


def _refuse_foreign_file(head: bytes, fragment: Fragment) -> None:
    if not head.strip():
        raise DataError(
            "an empty file", fragment.path, f"{fragment.bytes} bytes", "a header and records"
        )
    if head.startswith(_BOM):
        raise DataError(
            "a byte order mark",
            f"{fragment.path}, byte 0",
            "EF BB BF",
            "UTF-8 without a mark",
            "write the file without it (in Python: encoding utf-8, not utf-8-sig)",
        )
    refuse_packed(head, fragment.path)


def _rows(fragment: Fragment, ref: ChunkRef) -> str:
    last = ref.first_row + ref.rows
    return f"{fragment.path}, rows {ref.first_row:,} to {last:,} of the batch"
