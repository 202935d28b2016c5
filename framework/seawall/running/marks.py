"""Which values of a column stand more than once in a batch of any size, in bounded memory.

Each value leaves a mark of 128 bits and the number of its row. The marks of a chunk are sorted into 256
parts by their value, so that equal values, whatever chunk they are from, meet in one part; the parts
are looked through one at a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Self

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.types as pt
from numpy.typing import NDArray

from seawall.disk import Disk

__all__ = ["ChunkMarks", "Marks", "Repeats", "marked"]

_PARTS = 256
_TOP_BITS = np.uint64(56)
_MARK = np.dtype([("first", np.uint64), ("second", np.uint64), ("row", np.int64)])
_SECOND_KEY = "a second hashkey"
_NARROW = 32
_NO_ROWS = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Repeats:
    """The rows (numbers in the batch, ascending) whose value stands in an earlier row, too.

    `pair` is the first of them behind the row that has its value first; None without any.
    """

    rows: NDArray[np.int64]
    pair: tuple[int, int] | None = None

    @classmethod
    def together(cls, found: Iterable[Repeats]) -> Self:
        """All of them, each row once."""
        everything = list(found)
        rows = np.concatenate([_NO_ROWS, *(one.rows for one in everything)])
        rows.sort()
        pairs = [one.pair for one in everything if one.pair is not None]
        return cls(rows, min(pairs, key=lambda pair: pair[1], default=None))


@dataclass(frozen=True, slots=True)
class ChunkMarks:
    """The marks of a chunk, sorted by part, the first row of each value alone; its own repeats apart.

    `borders` are the places where the parts begin, and the end.
    """

    marks: NDArray[Any]
    borders: NDArray[np.int64]
    repeats: Repeats


def marked(values: pa.ChunkedArray, rows: NDArray[np.int64]) -> ChunkMarks:
    """What a chunk's values leave behind; `rows` are their numbers in the batch.

    A null or NaN repeats nothing. Numbers, truth values and times leave all of their bits (0.0 and
    -0.0 the same ones), so that a mark is never wrong; of texts two 64-bit hashes of different keys
    are taken: among n distinct ones a false alarm has a chance of n²/2^129, 2 in 10^25 for 10 million.
    """
    there = ~np.asarray(values.is_null(nan_is_null=True))
    marks = np.empty(int(np.count_nonzero(there)), dtype=_MARK)
    marks["first"], marks["second"] = _bits(values.filter(pa.array(there)))
    marks["row"] = rows[there]
    again, repeats = _repeats(marks)
    marks = marks if again is None else np.delete(marks, again)
    parts = (marks["first"] >> _TOP_BITS).astype(np.uint8)
    borders = np.zeros(_PARTS + 1, dtype=np.int64)
    np.cumsum(np.bincount(parts, minlength=_PARTS), out=borders[1:])
    return ChunkMarks(marks[np.argsort(parts, kind="stable")], borders, repeats)


@dataclass(slots=True)
class Marks:
    """The marks of a column, in a file that is made at `path`: 24 bytes a row.

    Memory is a 256th of that, and 8 bytes for each repeat.
    """

    path: Path
    disk: Disk
    _file: IO[bytes] = field(init=False)
    _chunks: list[NDArray[np.int64]] = field(default_factory=list)
    _found: list[Repeats] = field(default_factory=list)
    _written: int = 0

    def __post_init__(self) -> None:
        """The file is there, and empty."""
        self._file = self.disk.create_new(self.path)

    def add(self, chunk: ChunkMarks) -> None:
        """The chunk's marks are in the file. Chunks may come in any order."""
        self.disk.write(self._file, chunk.marks.view(np.uint8))
        self._chunks.append(chunk.borders + self._written)
        self._written += len(chunk.marks)
        self._found.append(chunk.repeats)

    def close(self) -> None:
        """The file is closed."""
        self._file.close()

    def settle(self) -> Repeats:
        """What repeats what in all chunks that were added; the file is closed."""
        self.close()
        with self.disk.open(self.path) as file:
            found = [_repeats(self._part(file, number))[1] for number in range(_PARTS)]
        return Repeats.together([*self._found, *found])

    def _part(self, file: IO[bytes], number: int) -> NDArray[Any]:
        pieces = [np.empty(0, dtype=_MARK)]
        for borders in self._chunks:
            start, stop = borders[number : number + 2].tolist()
            file.seek(start * _MARK.itemsize)
            pieces.append(np.frombuffer(file.read((stop - start) * _MARK.itemsize), dtype=_MARK))
        return np.concatenate(pieces)


def _repeats(marks: NDArray[Any]) -> tuple[NDArray[np.int64] | None, Repeats]:
    """The places of the marks that repeat one of an earlier row, None without any; and their rows."""
    ordered = np.sort(marks["first"])
    if not (ordered[1:] == ordered[:-1]).any():  # as a rule; the long way takes ten times as long
        return None, Repeats(_NO_ROWS)
    order = np.lexsort((marks["row"], marks["second"], marks["first"]))
    one, other = marks[order[1:]], marks[order[:-1]]
    same = (one["first"] == other["first"]) & (one["second"] == other["second"])
    places = np.flatnonzero(same) + 1
    if not len(places):
        return None, Repeats(_NO_ROWS)
    begins = np.arange(len(order))
    begins[places] = 0
    origins = np.maximum.accumulate(begins)[places]
    again, rows = order[places], marks["row"][order[places]]
    least = int(rows.argmin())
    pair = int(marks["row"][order[origins[least]]]), int(rows[least])
    return again, Repeats(rows, pair)


def _bits(values: pa.ChunkedArray) -> tuple[NDArray[np.uint64], NDArray[np.uint64] | int]:
    """128 bits of each value, as two halves."""
    if pt.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pt.is_floating(values.type):
        numbers = values.cast(pa.float64()).to_numpy() + 0.0  # -0.0 has other bits than 0.0
        return _mixed(numbers.view(np.uint64)), 0
    if pt.is_boolean(values.type):
        values = values.cast(pa.uint8())
    elif pt.is_temporal(values.type) and not pt.is_interval(values.type):
        values = values.cast(pa.int32() if values.type.bit_width == _NARROW else pa.int64())
    if pt.is_integer(values.type):
        whole = pa.int64() if pt.is_signed_integer(values.type) else pa.uint64()
        return _mixed(values.cast(whole).to_numpy().view(np.uint64)), 0
    return _hashes(values)


def _mixed(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The bits so that also neighbours and multiples go to different parts: one to one."""
    return pd.util.hash_array(bits)


def _hashes(values: pa.ChunkedArray) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    text = pt.is_string(values.type) or pt.is_large_string(values.type)
    texts = values.to_pylist() if text else [repr(value) for value in values.to_pylist()]
    written = np.array(texts, dtype=object)
    first = pd.util.hash_array(written, categorize=False)
    return first, pd.util.hash_array(written, categorize=False, hash_key=_SECOND_KEY)
