"""Files that are fetched from a store, or unpacked, before they can be read like any others."""

from __future__ import annotations

import errno
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

import pyarrow as pa

from seawall.config.references import resolve
from seawall.config.sources import FilesSource
from seawall.config.templates import fill
from seawall.contracts import Request
from seawall.errors import DataError
from seawall.shown import listed
from seawall.sources.decoded import Decoded, Room, compression_of
from seawall.sources.files import below
from seawall.sources.parquet_stream import parquet_tables
from seawall.sources.spill import Text, text_tables
from seawall.sources.stores import LocalStore, RemoteStore, Store, Stored

__all__ = ["RemoteFiles"]

_READ_AHEAD = 8 << 20


class RemoteFiles:
    """The rows of all files behind a path or a URL of fsspec's; `as_of` is the newest file's time.

    Parquet is read by ranges, row group by row group; text is fetched, unpacked and read one file
    at a time.
    """

    def __init__(self, section: FilesSource, env: Mapping[str, str]) -> None:
        self.section, self.env = section, env
        self.as_of: datetime | None = None

    def tables(self, request: Request) -> Iterator[pa.Table]:
        """The files' rows by path.

        Raises UnavailableError when no file matches, TemporaryError for one that changes meanwhile,
        DataError for one that is damaged or too large, and what its store's package raises.
        """
        store = self._store(request)
        files = store.files()
        room, names = Room(request.caps.decoded_bytes), None
        for stored in files:
            with _held_still(store, stored):
                for table in self._tables(store, stored, request, room):
                    names = _same_columns(names, table, stored)
                    yield table
        times = [stored.modified for stored in files if stored.modified is not None]
        self.as_of = max(times, default=None)

    def _store(self, request: Request) -> Store:
        path = fill(self.section.path, request.batch)
        if not self.section.remote:
            return LocalStore(below(request.root, path))
        options = {name: resolve(text, self.env) for name, text in self.section.storage.items()}
        return RemoteStore(path, options)

    def _tables(
        self, store: Store, stored: Stored, request: Request, room: Room
    ) -> Iterator[pa.Table]:
        packed = compression_of(stored.path, self.section.compression)
        if self.section.type == "parquet":
            if packed != "none":
                raise _packed_parquet(stored, packed)
            with store.open(stored) as file:
                yield from parquet_tables(file, request, stored.where)
            return
        with store.open(stored) as file, io.BufferedReader(file, _READ_AHEAD) as buffered:
            decoded = Decoded(buffered, packed, room, stored.where)
            text = Text(self.section.type, self.section.csv, stored.where)
            yield from text_tables(decoded, text, request)


@contextmanager
def _held_still(store: Store, stored: Stored) -> Iterator[None]:
    """The file is at the end what it was at the beginning, or TemporaryError.

    A file that is replaced may look damaged halfway: what was read of it is no reason then.
    """
    try:
        yield
    except DataError:
        store.hold_still(stored)
        raise
    except OSError as error:
        # s3fs asks for the version that it opened, and says EBUSY when that is gone
        if isinstance(error, FileNotFoundError) or error.errno == errno.EBUSY:
            store.hold_still(stored)
        raise
    store.hold_still(stored)


def _same_columns(names: Sequence[str] | None, table: pa.Table, stored: Stored) -> Sequence[str]:
    """The table's names, which are those of the tables before it; else DataError."""
    there = table.column_names
    if names is not None and sorted(names) != sorted(there):
        raise DataError(
            "files of one batch have different columns",
            stored.where,
            listed(there),
            listed(names),
            "write the batch's files with one schema",
        )
    return list(there)


def _packed_parquet(stored: Stored, packed: str) -> DataError:
    todo = "unpack it; Parquet compresses its own columns"
    return DataError("a Parquet file that is compressed once more", stored.where, packed, todo=todo)
