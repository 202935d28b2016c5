"""JSON lines, chunk by chunk: one object a line."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.json as pj
import pyarrow.types as pt

from seawall.contracts import ChunkRef, Fragment, Rows, Span
from seawall.errors import DataError
from seawall.sources.blocks import first_byte, line_of, ranges, record_ends
from seawall.sources.files import find_fragments, held_still, opened, unreadable
from seawall.sources.utf8 import foreign_bytes

__all__ = ["JsonlSource"]

_SAMPLE = 1 << 20


class JsonlSource:
    """The objects of all files that match a glob.

    `types` gives the type of each column that the contract declares; the others have the type that
    the first MiB of the first file shows. JSON has no times and no categories: both come as text,
    which the contract converts.
    """

    def __init__(self, pattern: str, types: Mapping[str, pa.DataType]) -> None:
        self.pattern = pattern
        self.types = {name: _in_json(kind) for name, kind in types.items()}

    def __str__(self) -> str:
        """The pattern that its files match."""
        return self.pattern

    def fragments(self) -> tuple[Fragment, ...]:
        """The files, by path."""
        return find_fragments(self.pattern)

    def schema(self, fragments: Sequence[Fragment]) -> pa.Schema:
        """The names that the first MiB shows, with their declared types or those that show there."""
        fragment = fragments[0]
        with opened(fragment.path) as file:
            head = file.read(_SAMPLE)
        whole = head[: head.rfind(b"\n") + 1] or head
        if not whole.strip():
            raise DataError("an empty file", fragment.path, f"{fragment.bytes} bytes", "objects")
        shown = _parsed(whole, None, fragment, offset=0).schema
        kinds = {field.name: self.types.get(field.name, _in_json(field.type)) for field in shown}
        return pa.schema(list(kinds.items()))

    def chunks(self, fragments: Sequence[Fragment], rows: int) -> Iterator[ChunkRef]:
        """Each file in ranges of `rows` lines; a chunk never spans two files."""
        number = first_row = 0
        for place, fragment in enumerate(fragments):
            for part in ranges(Path(fragment.path), start=0, rows=rows):
                span = Span(place, part.start, part.stop, 0, part.rows)
                yield ChunkRef(number, first_row, part.rows, (span,))
                number, first_row = number + 1, first_row + part.rows

    def read(
        self, fragments: Sequence[Fragment], ref: ChunkRef, columns: Sequence[str] | None
    ) -> Rows:
        """The chunk's objects; a column that none of them has is all null."""
        (span,) = ref.spans
        fragment = fragments[span.fragment]
        held_still(fragment)
        schema = self.schema(fragments)
        if columns is not None:
            schema = pa.schema([schema.field(name) for name in columns])
        with opened(fragment.path) as file:
            file.seek(span.start)
            payload = file.read(span.stop - span.start)
        table = _parsed(payload, schema, fragment, offset=span.start)
        if table.num_rows != ref.rows:
            place = f"{fragment.path}, rows {ref.first_row:,} to {ref.first_row + ref.rows:,}"
            seen = f"{table.num_rows:,} objects"
            raise DataError("lines that are no objects", place, seen, f"{ref.rows:,} lines")
        return Rows(table)


def _in_json(kind: pa.DataType) -> pa.DataType:
    """The type in which values of the kind are read from JSON."""
    return pa.string() if pt.is_timestamp(kind) or pt.is_dictionary(kind) else kind


def _parsed(
    payload: bytes, schema: pa.Schema | None, fragment: Fragment, *, offset: int
) -> pa.Table:
    """The objects; a DataError names the first line that is none, or is of other types."""
    foreign = foreign_bytes(payload, fragment, offset=offset)  # Arrow's reader lets them pass
    if foreign is not None:
        raise foreign
    try:
        return _parse(payload, schema)
    except pa.ArrowException as error:
        begin = _first_bad(payload, schema, fragment)
        line = line_of(Path(fragment.path), offset + begin)
        raise unreadable(f"{fragment.path}, line {line:,}", error) from error


def _parse(payload: bytes, schema: pa.Schema | None) -> pa.Table:
    options = pj.ParseOptions(
        explicit_schema=schema,
        newlines_in_values=False,
        unexpected_field_behavior="infer" if schema is None else "ignore",
    )
    reading = pj.ReadOptions(use_threads=False, block_size=len(payload) + 1)
    return pj.read_json(io.BytesIO(payload), read_options=reading, parse_options=options)


def _first_bad(payload: bytes, schema: pa.Schema | None, fragment: Fragment) -> int:
    """The byte at which the first line begins that makes the parser fail, found by halving."""
    blocks = record_ends(io.BytesIO(payload), None, where=Path(fragment.path))
    borders = [0, *(end for block in blocks for end in block.tolist())]
    good, bad = 0, len(borders) - 1
    while bad - good > 1:
        middle = (good + bad) // 2
        try:
            _parse(payload[: borders[middle]], schema)
            good = middle
        except pa.ArrowException:
            bad = middle
    return first_byte(payload, int(borders[good]))
