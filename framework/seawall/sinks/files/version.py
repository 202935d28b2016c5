"""A batch's next file: written quietly, complete and immutable before anybody can see it."""

from __future__ import annotations

import hashlib
import io
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from seawall.contracts import StoredFile
from seawall.disk import DATA_MODE, Disk, UnsyncedError, unused_name
from seawall.durable import make_folders
from seawall.errors import SoftwareError, StorageError, TemporaryError
from seawall.failpoints import reach
from seawall.sinks.files.encode import ROW_GROUP, Encoding, canonical_schema
from seawall.sinks.files.layout import Format, data_name

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["VersionWriter"]

_BLOCK = 1 << 20


class VersionWriter:
    """Takes tables of any size, and writes row groups of a fixed one, so that the cuts don't show."""

    def __init__(
        self, disk: Disk, state: Path, target: Path, schema: pa.Schema, encoding: Encoding
    ) -> None:
        """`target` is the file's final name; it stands below `state`."""
        make_folders(disk, target.parent)
        self._disk, self._state, self._target = disk, state, target
        self._temporary = _temporary(target)
        self._raw = _HashedFile(disk, disk.create_new(self._temporary, mode=DATA_MODE))
        reach("5a")
        self._file = io.BufferedWriter(self._raw, _BLOCK)
        self._schema = canonical_schema(schema)
        self._encoder = encoding(self._file, self._schema)
        self._pending: list[pa.Table] = []
        self._rows = 0

    def write(self, table: pa.Table) -> None:
        """The table's rows follow the ones before; SoftwareError if its columns are others."""
        if canonical_schema(table.schema) != self._schema:
            raise SoftwareError(
                "chunks disagree on the published columns",
                seen=str(table.schema.remove_metadata()),
                allowed=str(self._schema),
            )
        self._rows += table.num_rows
        self._pending.append(_with_schema(table, self._schema))
        if sum(t.num_rows for t in self._pending) >= ROW_GROUP:
            self._flush(whole_groups_only=True)

    def close(self) -> StoredFile:
        """The file is complete, synced, and has its final name."""
        self._flush(whole_groups_only=False)
        self._encoder.close()
        self._file.flush()
        reach("5b")
        self._sync()
        reach("5c")
        self._rename()
        reach("5d")
        self._disk.fsync_folder(self._target.parent)
        reach("5e")
        path = self._target.relative_to(self._state).as_posix()
        return StoredFile(path, self._raw.digest.hexdigest(), self._raw.size, self._rows)

    def abandon(self) -> None:
        """Nothing is left of the file; its writer can't be used any more."""
        self._raw.deaf = True
        self._pending = []
        with suppress(
            Exception
        ):  # the encoder may be in any state, and what it says is thrown away
            self._encoder.close()
        self._file.close()
        self._disk.unlink(self._temporary)

    def _flush(self, *, whole_groups_only: bool) -> None:
        """Full row groups are written; the rest is, too, or waits."""
        import pyarrow as pa

        waiting = pa.concat_tables(self._pending) if self._pending else self._schema.empty_table()
        start, rows = 0, waiting.num_rows
        while rows - start >= ROW_GROUP or (start < rows and not whole_groups_only):
            self._encoder.write(waiting.slice(start, ROW_GROUP))
            start += ROW_GROUP
        self._pending = [waiting.slice(start)] if start < rows else []

    def _sync(self) -> None:
        """The bytes are durable; after a failed fsync they are copied once, to another file."""
        try:
            self._disk.fsync(self._raw.file)
        except UnsyncedError:
            self._copy()
            self._disk.fsync(self._raw.file)
        self._file.close()

    def _copy(self) -> None:
        """Another file holds the same bytes; StorageError if they can't be read back as written."""
        other = _temporary(self._target)
        copied = _HashedFile(self._disk, self._disk.create_new(other, mode=DATA_MODE))
        with self._disk.open(self._temporary) as source:
            while block := source.read(_BLOCK):
                copied.write(block)
        self._file.close()
        self._disk.unlink(self._temporary)
        lost = copied.digest.digest() != self._raw.digest.digest()
        self._raw, self._temporary = copied, other
        self._file = io.BufferedWriter(copied, _BLOCK)
        if lost:
            raise StorageError("the file can't be read back as it was written", str(self._target))

    def _rename(self) -> None:
        try:
            self._disk.rename(self._temporary, self._target)
        except FileNotFoundError:
            raise TemporaryError(
                "another run of this batch took over and swept this one's file away",
                str(self._target),
                allowed="one run a batch at a time",
                todo="run again; what is live now may already be what you want",
            ) from None


class _HashedFile(io.RawIOBase):
    """A file that knows the sha256 and the size of what was written to it."""

    def __init__(self, disk: Disk, file: IO[bytes]) -> None:
        super().__init__()
        self.file, self.digest, self.size = file, hashlib.sha256(), 0
        self.deaf = False
        self._disk = disk

    def writable(self) -> bool:
        return True

    def write(self, payload: Any) -> int:
        view = memoryview(payload).cast("B")
        if not self.deaf:
            self._disk.write(self.file, view)
            self.digest.update(view)
            self.size += view.nbytes
        return view.nbytes

    def close(self) -> None:
        self.file.close()
        super().close()


def _temporary(target: Path) -> Path:
    return target.with_name(f".{target.name}.{unused_name()}.tmp")


def _with_schema(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table with 32-bit codes and without notes; values are not touched."""
    return table.cast(schema)


def version_path(folder: Path, version: int, form: Format) -> Path:
    """The final name of a version's file, never used before."""
    return folder / data_name(version, form)
