"""JSON lines, chunk by chunk: one object a line."""

from __future__ import annotations

import io
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.json as pj
import pyarrow.types as pt

from seawall.contracts import Caps, ChunkRef, Fragment, Rows, Span
from seawall.errors import DataError
from seawall.shown import shown
from seawall.sources.blocks import ranges
from seawall.sources.caps import few_enough
from seawall.sources.files import find_fragments, opened, unreadable
from seawall.sources.json_columns import blanked, column_by_column
from seawall.sources.packed import refuse_packed
from seawall.sources.stretch import Fault, Stretch, stretch_of

__all__ = ["JsonlSource"]

_SAMPLE = 1 << 20
_SHOWN = 200


class JsonlSource:
    """The objects of all files that match a glob.

    `types` gives the type of each column that the contract declares; the others have the type that
    the first MiB of the first file shows. JSON has no times and no categories: both come as text,
    which the contract converts.
    """

    def __init__(
        self,
        pattern: str,
        types: Mapping[str, pa.DataType],
        caps: Caps = Caps(),  # noqa: B008 - frozen
    ) -> None:
        self.pattern = pattern
        self.types = {name: _in_json(kind) for name, kind in types.items()}
        self.caps = caps

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
            if b"\n" not in head:
                head += file.readline(self.caps.record_bytes)
        head = head[: head.rfind(b"\n") + 1] or head
        if len(head) > max(_SAMPLE, self.caps.record_bytes):
            next(ranges(Path(fragment.path), start=0, rows=1, longest=self.caps.record_bytes))
        refuse_packed(head, fragment.path)
        if not head.strip():
            raise DataError("an empty file", fragment.path, f"{fragment.bytes} bytes", "objects")
        sample = Stretch(fragment, 0, head, None)
        try:
            shown, faults = _parsed(sample, None)
        except DataError:  # a declared column may hold anything here: what it is, is known
            known = blanked(head, self.types) if self.types else head
            shown, faults = _parsed(replace(sample, payload=known), None)
        if not shown.num_rows:
            worst = sample.refused(faults)[0]
            raise DataError("no line is an object", worst.place, worst.seen, worst.allowed)
        kinds = {
            field.name: self.types.get(field.name, _in_json(field.type)) for field in shown.schema
        }
        return pa.schema(list(kinds.items()))

    def decoded_bytes(self, fragments: Sequence[Fragment], columns: Sequence[str] | None) -> int:
        """How many bytes the files have: text is not compressed here."""
        del columns
        return sum(fragment.bytes for fragment in fragments)

    def chunks(self, fragments: Sequence[Fragment], rows: int) -> Iterator[ChunkRef]:
        """Each file in ranges of `rows` lines; a chunk never spans two files."""
        return few_enough(self._cut(fragments, rows), self.caps, self.pattern)

    def _cut(self, fragments: Sequence[Fragment], rows: int) -> Iterator[ChunkRef]:
        number = first_row = 0
        for place, fragment in enumerate(fragments):
            path, longest = Path(fragment.path), self.caps.record_bytes
            for part in ranges(path, start=0, rows=rows, longest=longest):
                span = Span(place, part.start, part.stop, 0, part.rows)
                yield ChunkRef(number, first_row, part.rows, (span,))
                number, first_row = number + 1, first_row + part.rows

    def read(
        self, fragments: Sequence[Fragment], ref: ChunkRef, columns: Sequence[str] | None
    ) -> Rows:
        """The chunk's objects; a column that none of them has is all null.

        Refused are lines that are not UTF-8 or no single object.
        """
        (span,) = ref.spans
        stretch = stretch_of(fragments[span.fragment], span, None)
        schema = self.schema(fragments)
        if columns is not None:
            schema = pa.schema([schema.field(name) for name in columns])
        table, faults = _parsed(stretch, schema, self.types)
        return Rows(table, stretch.refused(faults))

    def place(self, fragments: Sequence[Fragment], ref: ChunkRef, row: int) -> str:
        """The file and the line of the chunk's row."""
        (place,) = self.places(fragments, ref, [row])
        return place

    def places(
        self, fragments: Sequence[Fragment], ref: ChunkRef, rows: Sequence[int]
    ) -> list[str]:
        """As `place`, for rows in rising order."""
        (span,) = ref.spans
        stretch = stretch_of(fragments[span.fragment], span, None)
        return [f"{stretch.fragment.path}:{line}" for line in stretch.lines(rows)]


def _in_json(kind: pa.DataType) -> pa.DataType:
    """The type in which values of the kind are read from JSON."""
    return pa.string() if pt.is_timestamp(kind) or pt.is_dictionary(kind) else kind


def _parsed(
    stretch: Stretch, schema: pa.Schema | None, declared: Collection[str] = ()
) -> tuple[pa.Table, list[Fault]]:
    """The objects, and the lines that are none.

    A declared column with values of other types comes as text; of another one a DataError names the line.
    """
    faults = stretch.foreign()  # Arrow's reader lets them pass
    known = {fault.record for fault in faults}
    lines = stretch.borders()
    # Arrow takes `null` for an object, and crashes where it is alone: it never sees such lines.
    faults += _no_objects(stretch, (n for n in _suspects(stretch.payload, lines) if n not in known))
    try:
        table = _parse(stretch, faults, schema)
    except pa.ArrowException:
        table = None
    if table is not None and table.num_rows + len(faults) == len(lines) - 1:
        return table, faults
    known = {fault.record for fault in faults}
    faults += _no_objects(stretch, (n for n in range(len(lines) - 1) if n not in known))
    try:
        payload = stretch.without([fault.record for fault in faults])
        table = (
            _parse_bytes(payload, None)
            if schema is None
            else column_by_column(payload, schema, declared, _parse_bytes)
        )
    except pa.ArrowException as error:
        raise unreadable(_first_bad(stretch, faults, schema), error) from error
    if table.num_rows + len(faults) != len(lines) - 1:
        seen, where = f"{table.num_rows:,} objects", stretch.fragment.path
        raise DataError("lines that are no objects", where, seen, f"{len(lines) - 1:,} lines")
    return table, faults


def _suspects(payload: bytes, lines: np.ndarray[Any, np.dtype[np.int64]]) -> list[int]:
    """The lines that do not begin and end with a brace right away."""
    block = np.frombuffer(payload, dtype=np.uint8)
    begins, ends = lines[:-1], lines[1:] - 1
    ends = ends - (block[ends] == ord("\n"))
    ends = np.maximum(ends - (block[ends] == ord("\r")), begins)
    braced = (block[begins] == ord("{")) & (block[ends] == ord("}"))
    return [int(n) for n in np.flatnonzero(~braced)]


def _no_objects(stretch: Stretch, records: Iterable[int]) -> Iterator[Fault]:
    """Those of the lines that are no single object."""
    lines = stretch.borders()
    for record in records:
        line = stretch.payload[lines[record] : lines[record + 1]].strip()
        problem = _problem(line)
        if problem:
            shown = line[:_SHOWN].decode("utf-8", "backslashreplace")
            yield Fault(record, f"{problem}: {shown}", "one JSON object a line")


def _problem(line: bytes) -> str:
    """Why the line is no single object; '' when it is one."""
    try:
        value = json.loads(line, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError) as error:
        return str(error)
    if not isinstance(value, _Pairs):
        return type(value).__name__
    names = [name for name, _ in value]
    doubled = [name for name in names if names.count(name) > 1]
    return f"{shown(doubled[0])} stands twice" if doubled else ""


class _Pairs(list[tuple[str, Any]]):
    """An object's names and values as they stand, also those that stand twice."""


def _parse(stretch: Stretch, faults: Sequence[Fault], schema: pa.Schema | None) -> pa.Table:
    """The objects of the lines that are not faulty; pa.ArrowException for the first other fault."""
    return _parse_bytes(stretch.without([fault.record for fault in faults]), schema)


def _parse_bytes(payload: bytes, schema: pa.Schema | None) -> pa.Table:
    if not payload.strip():
        return (schema or pa.schema([])).empty_table()
    options = pj.ParseOptions(
        explicit_schema=schema,
        newlines_in_values=False,
        unexpected_field_behavior="infer" if schema is None else "ignore",
    )
    reading = pj.ReadOptions(use_threads=False, block_size=len(payload) + 1)
    return pj.read_json(io.BytesIO(payload), read_options=reading, parse_options=options)


def _first_bad(stretch: Stretch, faults: Sequence[Fault], schema: pa.Schema | None) -> str:
    """The file and the first line that makes the parser fail, found by halving."""
    lines = stretch.borders().tolist()
    known = {fault.record for fault in faults}
    records = [n for n in range(len(lines) - 1) if n not in known]
    good, bad = 0, len(records)
    while bad - good > 1:
        middle = (good + bad) // 2
        part = b"".join(stretch.payload[lines[n] : lines[n + 1]] for n in records[:middle])
        try:
            _parse_bytes(part, schema)
            good = middle
        except pa.ArrowException:
            bad = middle
    return f"{stretch.fragment.path}:{next(stretch.lines([records[good]]))}"
