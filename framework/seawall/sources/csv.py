"""CSV files, chunk by chunk: every value as the text that it is; types are the contract's business."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pc

from seawall.config.ingest import CsvFormat
from seawall.contracts import ChunkRef, Fragment, Span
from seawall.errors import DataError
from seawall.sources.blocks import ranges
from seawall.sources.files import find_fragments, held_still, unreadable

__all__ = ["CsvSource"]

_HEADER_LIMIT = 1 << 20
_BOM = b"\xef\xbb\xbf"
_GZIP = b"\x1f\x8b"


class CsvSource:
    """The records of all files that match a glob; each file begins with the same header."""

    def __init__(self, pattern: str, layout: CsvFormat) -> None:
        self.pattern = pattern
        self.layout = layout

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
                    ", ".join(other),
                    ", ".join(first),
                    "write the batch's files with one header",
                )
        return pa.schema([(name, pa.string()) for name in first])

    def chunks(self, fragments: Sequence[Fragment], rows: int) -> Iterator[ChunkRef]:
        """Each file in ranges of `rows` records; a chunk never spans two files."""
        number = first_row = 0
        for place, fragment in enumerate(fragments):
            start, quote = self._header(fragment)[1], ord(self.layout.quote)
            for part in ranges(Path(fragment.path), start=start, rows=rows, quote=quote):
                span = Span(place, part.start, part.stop, 0, part.rows)
                yield ChunkRef(number, first_row, part.rows, (span,))
                number, first_row = number + 1, first_row + part.rows

    def read(
        self, fragments: Sequence[Fragment], ref: ChunkRef, columns: Sequence[str] | None
    ) -> pa.Table:
        """The chunk's records as text; what the layout names as null is null."""
        (span,) = ref.spans
        fragment = fragments[span.fragment]
        held_still(fragment)
        names = self._header(fragment)[0]
        try:
            with open(fragment.path, "rb") as file:  # noqa: PTH123 - the path is text
                file.seek(span.start)
                payload = file.read(span.stop - span.start)
            table = self._parse(payload, names, columns)
        except (pa.ArrowException, OSError) as error:
            raise unreadable(_place(fragment, ref), error) from error
        if table.num_rows != ref.rows:
            raise DataError(
                "lines that are no records",
                _place(fragment, ref),
                f"{table.num_rows:,} records",
                f"{ref.rows:,} lines, one record each",
                "look for unbalanced quotes",
            )
        return table

    def _parse(self, payload: bytes, names: list[str], columns: Sequence[str] | None) -> pa.Table:
        wanted = list(names if columns is None else columns)
        return pc.read_csv(
            io.BytesIO(payload),
            read_options=pc.ReadOptions(
                column_names=names, use_threads=False, block_size=len(payload) + 1
            ),
            parse_options=pc.ParseOptions(
                delimiter=self.layout.delimiter,
                quote_char=self.layout.quote,
                newlines_in_values=True,
            ),
            convert_options=pc.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                include_columns=wanted,
                null_values=list(self.layout.nulls),
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )

    def _header(self, fragment: Fragment) -> tuple[list[str], int]:
        """The column names, and the byte at which the records begin."""
        with open(fragment.path, "rb") as file:  # noqa: PTH123 - the path is text
            head = file.read(_HEADER_LIMIT)
        _refuse_foreign_bytes(head, fragment)
        line, newline, _ = head.partition(b"\n")
        text = line.decode("utf-8").rstrip("\r")
        names = next(
            csv.reader([text], delimiter=self.layout.delimiter, quotechar=self.layout.quote), []
        )
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled or not all(names):
            raise DataError(
                "a header with empty or repeated names",
                fragment.path,
                ", ".join(doubled) or text[:100],
                "one name a column, each once",
                "mend the header",
            )
        return names, len(line) + len(newline)


def _refuse_foreign_bytes(head: bytes, fragment: Fragment) -> None:
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
    if head.startswith(_GZIP):
        raise DataError(
            "a compressed file",
            fragment.path,
            "gzip",
            "plain text",
            "decompress it, or use Parquet",
        )
    try:
        head[: head.rfind(b"\n") + 1].decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(
            "text that is not UTF-8",
            f"{fragment.path}, byte {error.start}",
            head[error.start : error.start + 8].hex(" "),
            "UTF-8",
            "convert the file (iconv -f LATIN1 -t UTF-8)",
        ) from error


def _place(fragment: Fragment, ref: ChunkRef) -> str:
    last = ref.first_row + ref.rows
    return f"{fragment.path}, rows {ref.first_row:,} to {last:,} of the batch"
