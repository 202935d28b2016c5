"""The rows of an upstream as one file: groups of equal size, one type a column, caps held."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from seawall.contracts import Caps
from seawall.errors import DataError
from seawall.shown import shown

__all__ = ["GROUP_ROWS", "Landing", "UnwrittenError"]

GROUP_ROWS = 131_072
"""Rows of a Parquet row group or an Arrow batch, whatever the size of the pieces that came."""


class UnwrittenError(Exception):
    """Our own disk refused, which is no failure of the upstream; its cause says how."""


class Landing:
    """A file that rows are written to as they come: equal rows give equal bytes.

    The file's name ends in .arrow (not compressed, so that it can be mapped into memory) or
    .parquet. Memory holds one group and one piece.
    """

    def __init__(self, path: Path, spare: Path, caps: Caps) -> None:
        """`spare` is a name beside it, for the file while its types are widened."""
        self.path, self.spare, self.caps = path, spare, caps
        self.rows = self.bytes = 0
        self._schema: pa.Schema | None = None
        self._writer: Any = None
        self._held: list[pa.Table] = []

    def add(self, piece: pa.Table) -> None:
        """The piece's rows follow the ones before; DataError when types or caps forbid it."""
        self.rows, self.bytes = self.rows + piece.num_rows, self.bytes + piece.nbytes
        _held_to(self.caps, self.rows, self.bytes)
        _records_within(piece, self.caps.record_bytes, self.rows - piece.num_rows)
        self._widen(piece.schema)
        self._held.append(piece)
        if sum(table.num_rows for table in self._held) >= GROUP_ROWS:
            self._flush(GROUP_ROWS)

    def close(self) -> None:
        """All rows are in the file."""
        if self._schema is None:
            self._schema = pa.schema([])
        self._flush(1)
        self._open()
        with _ours():
            self._writer.close()

    def abandon(self) -> None:
        """No file is left."""
        if self._writer is not None:
            with _ours():
                self._writer.close()
        self.path.unlink(missing_ok=True)
        self.spare.unlink(missing_ok=True)

    def _flush(self, least: int) -> None:
        """What is held is written in whole groups, until fewer than `least` rows are left."""
        tables = [_cast(table, self._schema) for table in self._held]
        table = pa.concat_tables(tables) if tables else None
        start = 0
        while table is not None and table.num_rows - start >= least:
            self._write(table.slice(start, GROUP_ROWS))
            start += GROUP_ROWS
        self._held = [] if table is None else [table.slice(start)]

    def _write(self, group: pa.Table) -> None:
        self._open()
        with _ours():
            self._writer.write_table(_copied(group))

    def _open(self) -> None:
        if self._writer is not None:
            return
        with _ours():
            if self.path.suffix == ".parquet":
                import pyarrow.parquet as pq

                options = {"compression": "zstd", "write_statistics": False}
                self._writer = pq.ParquetWriter(self.path, self._schema, **options)
            else:
                self._writer = pa.ipc.new_file(str(self.path), self._schema)

    def _widen(self, schema: pa.Schema) -> None:
        """The file's types hold those of the schema too; what is written already is written anew."""
        wider = schema if self._schema is None else _unified(self._schema, schema)
        if self._schema is not None and not wider.equals(self._schema) and self._writer:
            with _ours():
                self._writer.close()
                narrow = self.path.rename(self.spare)
            self._writer, self._schema = None, wider
            for group in _groups(narrow):
                self._write(_cast(group, wider))
            narrow.unlink()
        self._schema = wider


@contextmanager
def _ours() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnwrittenError(error.strerror or str(error)) from error


def _groups(path: Path) -> Iterator[pa.Table]:
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        with pq.ParquetFile(path) as file:
            for number in range(file.num_row_groups):
                yield file.read_row_group(number)
        return
    with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as file:
        for number in range(file.num_record_batches):
            yield pa.Table.from_batches([file.get_batch(number)])


def _copied(group: pa.Table) -> pa.Table:
    """The group in memory of its own: of a slice, Arrow's writer writes bytes of its neighbours too."""
    return pa.concat_tables([group, group.slice(0, 0)]).combine_chunks()


def _unified(before: pa.Schema, after: pa.Schema) -> pa.Schema:
    try:
        return pa.unify_schemas([before, after], promote_options="permissive")
    except pa.ArrowException as error:
        raise _mixed(before, after) from error


def _cast(table: pa.Table, schema: pa.Schema | None) -> pa.Table:
    try:
        return table if table.schema.equals(schema) else table.cast(schema)
    except pa.ArrowException as error:
        raise _mixed(table.schema, schema) from error


def _mixed(before: pa.Schema, after: pa.Schema | None) -> DataError:
    pairs: Sequence[tuple[pa.Field, pa.Field]] = [
        (field, after.field(field.name)) for field in before if after is not None
    ]
    name, one, other = next(
        ((a.name, a.type, b.type) for a, b in pairs if not a.type.equals(b.type)),
        ("", "one type", "another"),
    )
    return DataError(
        f"a column changes its type from piece to piece: {shown(name)}",
        "",
        f"{one}, then {other}",
        "one type a column, or types that one can hold without loss",
        "cast the column at its source",
    )


def _held_to(caps: Caps, rows: int, size: int) -> None:
    if rows > caps.rows:
        raise _too_much("rows", f"more than {caps.rows:,} rows", f"{caps.rows:,} rows")
    if size > caps.decoded_bytes:
        seen, allowed = f"more than {caps.decoded_bytes:,} bytes", f"{caps.decoded_bytes:,} bytes"
        raise _too_much("decoded_bytes", seen, allowed)


def _records_within(piece: pa.Table, cap: int, first: int) -> None:
    """No row of the piece is larger than the cap; halving finds one in few steps."""
    if piece.nbytes <= cap:
        return
    if piece.num_rows <= 1:
        seen = f"row {first:,} has {piece.nbytes:,} bytes"
        raise _too_much("record_bytes", seen, f"{cap:,} bytes a record")
    half = piece.num_rows // 2
    _records_within(piece.slice(0, half), cap, first)
    _records_within(piece.slice(half), cap, first + half)


def _too_much(cap: str, seen: str, allowed: str) -> DataError:
    todo = f"find out what its source sent; if it is right, raise caps: {cap}"
    return DataError("more came back than is allowed", "", seen, allowed, todo)
