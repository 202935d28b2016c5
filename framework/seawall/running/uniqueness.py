"""Whether a key stands once among the published rows of a batch, in bounded memory."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from seawall.disk import Disk
from seawall.errors import DataError
from seawall.running.marks import Marks, Repeats, marked
from seawall.shown import shown

__all__ = ["Uniqueness"]

Chunks = Callable[[], Iterator[pa.ChunkedArray]]


class Uniqueness:
    """Takes the published keys of each chunk, in order.

    While each chunk's keys lie above those of the chunks before, no key can stand in two of them, and
    nothing but the highest one is kept. If a chunk breaks the order, all keys are read again and
    leave their marks. Within a chunk they are unique already.
    """

    def __init__(self) -> None:
        self._highest: Any = None
        self._grows = True

    def add(self, keys: pa.ChunkedArray) -> None:
        """The next chunk's range is noted."""
        if not self._grows or not len(keys):
            return
        ends = pc.min_max(keys)
        lowest, highest = ends["min"].as_py(), ends["max"].as_py()
        self._grows = self._highest is None or lowest > self._highest
        self._highest = highest

    def settle(self, chunks: Chunks, folder: Path, disk: Disk) -> None:
        """No key stands twice, or DataError; `chunks` reads the keys of all chunks once more."""
        if self._grows:
            return
        with tempfile.TemporaryDirectory(prefix="keys-", dir=folder) as scratch:
            repeats = _found(chunks, Marks(Path(scratch) / "keys", disk))
        if repeats.pair is not None:
            raise _not_unique(repeats.pair[1], len(repeats.rows), chunks)


def _found(chunks: Chunks, marks: Marks) -> Repeats:
    row = 0
    try:
        for keys in chunks():
            marks.add(marked(keys, np.arange(row, row + len(keys))))
            row += len(keys)
        return marks.settle()
    finally:
        marks.close()


def _not_unique(place: int, count: int, chunks: Chunks) -> DataError:
    for keys in chunks():
        if place < len(keys):
            key = keys[place].as_py()
            break
        place -= len(keys)
    return DataError(
        "the key is not unique",
        "the whole batch",
        f"{shown(key)} stands in more than one chunk; {count:,} rows repeat a key",
        "a key that stands once in the batch",
        "mend the source, or choose a key that is unique",
    )
