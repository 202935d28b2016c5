"""JSON lines, chunk by chunk: one object a line."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.json as pj

from seawall.contracts import ChunkRef, Fragment, Span
from seawall.errors import DataError
from seawall.sources.blocks import ranges
from seawall.sources.files import find_fragments, held_still, unreadable

__all__ = ["JsonlSource"]

_SAMPLE = 1 << 20


class JsonlSource:
    """The objects of all files that match a glob.

    `types` gives the type of each column that the contract declares; the others have the type that
    the first MiB of the first file shows.
    """

    def __init__(self, pattern: str, types: Mapping[str, pa.DataType]) -> None:
        self.pattern = pattern
        self.types = dict(types)

    def fragments(self) -> tuple[Fragment, ...]:
        """The files, by path."""
        return find_fragments(self.pattern)

    def schema(self, fragments: Sequence[Fragment]) -> pa.Schema:
        """The names that the first MiB shows, with their types there."""
        fragment = fragments[0]
        with open(fragment.path, "rb") as file:  # noqa: PTH123 - the path is text
            head = file.read(_SAMPLE)
        whole = head[: head.rfind(b"\n") + 1] or head
        if not whole.strip():
            raise DataError("an empty file", fragment.path, f"{fragment.bytes} bytes", "objects")
        return _parse(whole, None, fragment.path).schema

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
    ) -> pa.Table:
        """The chunk's objects; a column that none of them has is all null."""
        (span,) = ref.spans
        fragment = fragments[span.fragment]
        held_still(fragment)
        shown = self.schema(fragments)
        names = list(shown.names if columns is None else columns)
        known = {name: self.types.get(name, shown.field(name).type) for name in names}
        with open(fragment.path, "rb") as file:  # noqa: PTH123 - the path is text
            file.seek(span.start)
            payload = file.read(span.stop - span.start)
        place = f"{fragment.path}, rows {ref.first_row:,} to {ref.first_row + ref.rows:,}"
        table = _parse(payload, pa.schema(list(known.items())), place)
        if table.num_rows != ref.rows:
            seen = f"{table.num_rows:,} objects"
            raise DataError("lines that are no objects", place, seen, f"{ref.rows:,} lines")
        return table


def _parse(payload: bytes, schema: pa.Schema | None, place: str) -> pa.Table:
    options = pj.ParseOptions(
        explicit_schema=schema,
        newlines_in_values=False,
        unexpected_field_behavior="infer" if schema is None else "ignore",
    )
    reading = pj.ReadOptions(use_threads=False, block_size=len(payload) + 1)
    try:
        return pj.read_json(io.BytesIO(payload), read_options=reading, parse_options=options)
    except pa.ArrowException as error:
        raise unreadable(place, error) from error
