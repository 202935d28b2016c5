"""Bytes as they come out of an upstream, unpacked, and no more of them than the cap lets through."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from seawall.errors import DataError
from seawall.sources.caps import beyond

__all__ = ["COMPRESSIONS", "Decoded", "Room", "compression_of"]

COMPRESSIONS = {".gz": "gzip", ".bz2": "bz2", ".xz": "xz", ".zst": "zstd"}
"""The compression that the end of a file's name speaks of."""
_DAMAGED = (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error)
_XZ_MEMORY = 256 << 20


class Readable(Protocol):
    """What has bytes."""

    def read(self, size: int = ..., /) -> bytes:
        """At most so many bytes; none at the end."""
        ...


@dataclass(slots=True)
class Room:
    """How many more bytes may come, over all files or pages of a read."""

    allowed: int
    taken: int = 0

    def take(self, count: int, where: str) -> None:
        """So many came; DataError when that is more than is allowed."""
        self.taken += count
        if self.taken > self.allowed:
            seen = f"more than {self.allowed:,} bytes once decoded"
            raise beyond("decoded_bytes", where, seen, f"{self.allowed:,}")


class Decoded:
    """A file of decoded bytes, read once from its beginning."""

    def __init__(self, file: Readable, compression: str, room: Room, where: str) -> None:
        """`compression` is none, gzip, bz2, xz or zstd; `where` names the file in errors."""
        self.where = where
        self._room = room
        self._compression = compression
        self._file = _OPENERS[compression](file)

    def read(self, size: int) -> bytes:
        """At most `size` bytes, none at the end. DataError for a file that is damaged or cut short."""
        try:
            block: bytes = self._file.read(size)
        except _DAMAGED as error:
            raise self._damaged(error) from error
        except OSError as error:
            # bz2 and zstd have no name of their own for damage; a real OSError has a number
            if type(error) is not OSError or error.errno is not None:
                raise
            raise self._damaged(error) from error
        self._room.take(len(block), self.where)
        return block

    def _damaged(self, error: Exception) -> DataError:
        return DataError(
            f"not whole {self._compression} data",
            self.where,
            " ".join(str(error).split())[:200],
            "a compressed file that is complete",
            "have it written anew",
        )


def compression_of(name: str, declared: str) -> str:
    """How the file of that name is compressed: as declared, or as its name ends."""
    if declared != "by name":
        return declared
    ends = (kind for end, kind in COMPRESSIONS.items() if name.endswith(end))
    return next(ends, "none")


def _gzip(file: Any) -> Any:
    return gzip.GzipFile(fileobj=file, mode="rb")


def _zstd(file: Any) -> Any:
    import pyarrow as pa

    return pa.CompressedInputStream(pa.PythonFile(file, mode="r"), "zstd")


class _Xz:
    """lzma.LZMAFile with a bound on memory: an xz header may ask for 4 GiB."""

    def __init__(self, file: Readable) -> None:
        self._file = file
        self._unpack = lzma.LZMADecompressor(memlimit=_XZ_MEMORY)

    def read(self, size: int) -> bytes:
        """At most `size` bytes, none at the end; EOFError where the file is cut short."""
        while True:
            if self._unpack.eof:
                packed = self._next_stream(size)
                if not packed:
                    return b""
                self._unpack = lzma.LZMADecompressor(memlimit=_XZ_MEMORY)
            else:
                packed = self._more(size)
            if block := self._unpack.decompress(packed, size):
                return block

    def _more(self, size: int) -> bytes:
        if not self._unpack.needs_input:
            return b""
        packed = self._file.read(size)
        if not packed:
            raise EOFError("the file ends before the end of its stream")
        return packed

    def _next_stream(self, size: int) -> bytes:
        """The first bytes of another stream in the file; zeros between streams are padding."""
        packed = self._unpack.unused_data.lstrip(b"\0")
        while not packed:
            block = self._file.read(size)
            if not block:
                return b""
            packed = block.lstrip(b"\0")
        return packed


_OPENERS: dict[str, Callable[[Any], Any]] = {
    "none": lambda file: file,
    "gzip": _gzip,
    "bz2": bz2.BZ2File,
    "xz": _Xz,
    "zstd": _zstd,
}
