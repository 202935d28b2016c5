"""The parts of a batch, joined to the one file that readers are given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

from seawall.contracts import StoredFile
from seawall.errors import DataError
from seawall.running.uniqueness import Uniqueness
from seawall.staging import Workspace

if TYPE_CHECKING:
    from seawall.sinks.files.sink import Claim
    from seawall.sinks.files.version import VersionWriter

__all__ = ["Joined"]


@dataclass(slots=True)
class Joined:
    """The joined file, written as its parts come in, in the batch's order.

    `key` stands once in it; `columns` are those of the parts that readers see.
    """

    workspace: Workspace
    claim: Claim
    key: str
    columns: Sequence[str]
    _parts: list[StoredFile] = field(default_factory=list)
    _writer: VersionWriter | None = None
    _keys: Uniqueness = field(default_factory=Uniqueness)

    def add(self, part: StoredFile, *, last: bool) -> None:
        """The part's rows follow the ones before."""
        table = self._read(part)
        self._parts.append(part)
        self._keys.add(table.column(self.key))
        shown = table.select(list(self.columns))
        if part.rows or (last and self._writer is None):
            # A chunk that was filtered away entirely cannot know its outputs' types.
            if self._writer is None:
                self._writer = self.claim.version_writer(shown.schema)
            self._writer.write(shown)

    def tables(self, columns: Sequence[str]) -> Iterator[pa.Table]:
        """These columns of every part that has rows, in the batch's order."""
        for part in self._parts:
            if part.rows:
                yield self._read(part).select(list(columns))

    def close(self) -> StoredFile:
        """The file is complete and durable; DataError when a key stands twice, or without any part."""
        self._keys.settle(self._published_keys, self.workspace.folder, self.workspace.disk)
        if self._writer is None:
            raise DataError("no rows", self.workspace.batch, "no chunks", "at least one row")
        return self._writer.close()

    def abandon(self) -> None:
        """Nothing is left of the file; its parts stay."""
        if self._writer is not None:
            self._writer.abandon()

    def _published_keys(self) -> Iterator[pa.ChunkedArray]:
        for part in self._parts:
            yield self._read(part).column(self.key)

    def _read(self, part: StoredFile) -> pa.Table:
        with pa.OSFile(str(self.workspace.path(part))) as file:
            return pa.ipc.open_file(file).read_all()
