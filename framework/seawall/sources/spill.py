"""Text that can be read only once, put into a file of its own, and read from there like any other."""

from __future__ import annotations

import glob
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from seawall.config.sources import CsvFormat
from seawall.contracts import Request
from seawall.errors import SeawallError, UnavailableError
from seawall.sources.caps import beyond
from seawall.sources.landing import UnwrittenError
from seawall.sources.local import stream
from seawall.sources.open import FileSource, open_source

__all__ = ["Text", "text_tables"]

_BLOCK = 1 << 20


class Readable(Protocol):
    """What has bytes."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """A CSV or JSON lines file that is read once; `where` names it in errors."""

    kind: str
    layout: CsvFormat
    where: str


def text_tables(file: Readable, text: Text, request: Request) -> Iterator[pa.Table]:
    """The rows, by the rules for local files. No more is on disk than this one file.

    Raises UnavailableError for an HTML page, DataError for records that cannot be read or are larger
    than the cap, UnwrittenError when our own disk refuses.
    """
    with _scratch(request, f"spilled.{text.kind}") as path:
        _copy(_blocks(file, text, request.caps.record_bytes), path)
        if text.kind == "jsonl" and not path.stat().st_size:
            yield pa.table({column: pa.nulls(0) for column in request.columns or ()})
            return
        spilled = FileSource(text.kind, glob.escape(str(path)), text.layout, request.caps)
        source = open_source(spilled, {})
        try:
            yield from stream(source, source.fragments(), request.columns, where=text.where)
        except SeawallError as error:
            raise _renamed(error, str(path), text.where) from error


def _blocks(file: Readable, text: Text, cap: int) -> Iterator[bytes]:
    """The file's bytes, no line of them longer than the cap; the first tell rows from a page."""
    size, line, first = min(_BLOCK, cap), 0, True
    while block := file.read(size):
        if first:
            _refuse_html(block, text)
        first = False
        # a block is no larger than the cap: only a line that began before it can be
        end = block.find(b"\n")
        line += len(block) if end < 0 else end
        if line > cap:
            seen = f"a line of more than {cap:,} bytes"
            raise beyond("record_bytes", text.where, seen, f"{cap:,}")
        if end >= 0:
            line = len(block) - block.rfind(b"\n") - 1
        yield block


def _copy(blocks: Iterator[bytes], path: Path) -> None:
    """The bytes are in the file; what our own disk refuses is told apart from what an upstream does."""
    with _ours():
        target = path.open("wb")
    try:
        for block in blocks:
            with _ours():
                target.write(block)
    finally:
        with _ours():
            target.close()


def _refuse_html(block: bytes, text: Text) -> None:
    if block.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise UnavailableError(
            "an HTML page where rows are due",
            text.where,
            " ".join(block[:200].decode("utf-8", "replace").split()),
            f"rows as {text.kind}",
            "see what is there; a login page comes when credentials have expired",
        )


def _renamed(error: SeawallError, path: str, where: str) -> SeawallError:
    """The same error, which speaks of what was asked for instead of our own file."""
    return type(error)(*(str(part).replace(path, where) for part in error.args))


@contextmanager
def _ours() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnwrittenError(error.strerror or str(error)) from error


@contextmanager
def _scratch(request: Request, name: str) -> Iterator[Path]:
    """A name for a file that is gone after the block."""
    with tempfile.TemporaryDirectory(prefix="spill-", dir=request.scratch) as folder:
        yield Path(folder) / name
