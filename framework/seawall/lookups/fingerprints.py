"""Keys as 64-bit numbers, which one index finds for keys of any type and of several parts.

Equal keys have equal numbers. Different keys may have, too: whoever finds one compares the keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt
from numpy.typing import NDArray

__all__ = ["Part", "fingerprints", "key_part", "keyed", "lanes", "part", "same"]

Words = NDArray[np.uint64]
_WORD = 8
_LANES = 4
"""Words that stand for a text exactly: 31 bytes hold most keys."""
_MOST_BYTE = 255
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
"""2^64 by the golden ratio, made odd: Fibonacci hashing (Knuth, 6.4). Odd, so that nothing is lost."""
_KEEPS = np.array([(1 << 8 * count) - 1 for count in range(_WORD + 1)], dtype=np.uint64)
"""Keeps the first bytes of a little-endian word, by their count."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the keys, exactly: as words, or as text where that is longer than a few words."""

    words: tuple[Words, ...]
    text: pa.Array | None = None

    def rows(self, rows: NDArray[np.int64]) -> Part:
        """The part in these rows."""
        text = None if self.text is None else self.text.take(pa.array(rows))
        return Part(tuple(words[rows] for words in self.words), text)


def key_part(column: pa.ChunkedArray) -> pa.Array:
    """The keys as numbers, as text, or as a dictionary of text, in one piece."""
    kind = column.type
    if pt.is_dictionary(kind):
        if pt.is_string(kind.value_type):
            return _one(column.unify_dictionaries())
        return key_part(column.cast(kind.value_type))
    if pt.is_boolean(kind) or pt.is_date32(kind) or pt.is_time32(kind):
        column = column.cast(pa.uint8() if pt.is_boolean(kind) else pa.int32())
    elif pt.is_temporal(kind):
        column = column.cast(pa.int64())
    elif pt.is_floating(kind):
        column = column.cast(pa.float64())
    elif not (pt.is_integer(kind) or pt.is_string(kind)):
        column = column.cast(pa.string())
    return _one(column)


def keyed(columns: Sequence[pa.Array]) -> NDArray[np.bool_]:
    """The rows that have a key: no part of it is null or NaN."""
    there = np.ones(len(columns[0]), dtype=bool)
    for values in columns:
        if values.null_count or pt.is_floating(values.type):
            there &= ~values.is_null(nan_is_null=True).to_numpy(zero_copy_only=False)
    return there


def lanes(values: pa.Array) -> int:
    """How many words hold the longest of these texts and its length; 0 for numbers."""
    if pt.is_dictionary(values.type):
        return lanes(values.dictionary)
    if not pt.is_string(values.type):
        return 0
    return int(_bytes(values)[1].max(initial=0)) // _WORD + 1


def part(values: pa.Array, count: int) -> Part:
    """The keys' part in `count` words, as `lanes` says of those that it is compared with."""
    if not count:
        return Part((_numbers(values),))
    if pt.is_dictionary(values.type):
        return part(values.dictionary, count).rows(_numbers(values.indices).view(np.int64))
    starts, lengths, words = _bytes(values)
    if count > _LANES:
        return Part((lengths.astype(np.uint64),), values)
    found = [_lane(starts, lengths, words, lane * _WORD) for lane in range(count)]
    # The last byte is the length's: the longest text leaves it free, and a longer one is another.
    found[-1] &= _KEEPS[_WORD - 1]
    found[-1] |= np.minimum(lengths, _MOST_BYTE).astype(np.uint64) << np.uint64(8 * (_WORD - 1))
    return Part(tuple(found))


def fingerprints(parts: Sequence[Part], seed: int) -> NDArray[np.int64]:
    """A number for each row; rows without a key have any. A number that is a key alone is its own."""
    first = parts[0].words[0]
    if len(parts) == 1 and len(parts[0].words) == 1 and parts[0].text is None:
        return first.view(np.int64)
    mixed = np.full(len(first), seed, dtype=np.uint64)
    for one in parts:
        for words in one.words:
            mixed = _mixed(mixed, words)
        if one.text is not None:
            mixed = _with_text(mixed, one.text)
    return mixed.view(np.int64)


def same(ours: Sequence[Part], theirs: Sequence[Part], rows: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether each key of ours is the one in that row of theirs; false where the row is −1."""
    equal: NDArray[np.bool_] = rows >= 0
    for mine, other in zip(ours, theirs, strict=True):
        for words, known in zip(mine.words, other.words, strict=True):
            # −1 wraps to the last row, which `equal` leaves out: checking bounds costs a third.
            equal &= words == known.take(rows, mode="wrap")
        if mine.text is not None and other.text is not None:
            found = pc.equal(mine.text, other.text.take(pa.array(rows, mask=rows < 0)))
            equal &= pc.fill_null(found, fill_value=False).to_numpy(zero_copy_only=False)
    return equal


def _one(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def _numbers(values: pa.Array) -> Words:
    filled = pc.fill_null(values, 0) if values.null_count else values
    numbers = filled.to_numpy(zero_copy_only=False)
    words: Words = (
        (numbers + 0.0).view(np.uint64)  # −0 is 0
        if pt.is_floating(values.type)
        else numbers.astype(np.uint64)
    )
    return words


def _lane(starts: NDArray[np.int64], lengths: NDArray[np.int64], words: Words, read: int) -> Words:
    """The word of each text that begins after `read` bytes; zeros behind its end."""
    left = np.clip(lengths - read, 0, _WORD)
    found: Words = words[np.minimum(starts + read, len(words) - 1)] & _KEEPS[left]
    return found


def _with_text(mixed: Words, values: pa.Array) -> Words:
    """The numbers, mixed with the bytes of each text, eight at a time."""
    starts, lengths, words = _bytes(values)
    rows, read = np.flatnonzero(lengths), 0
    while len(rows):
        word = _lane(starts[rows], lengths[rows], words, read)
        mixed[rows] = _mixed(mixed[rows], word)
        read += _WORD
        rows = rows[lengths[rows] > read]
    return mixed


def _bytes(values: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.int64], Words]:
    """Where each text begins, how many bytes it has, and the eight bytes from every byte on."""
    _, offsets, data = values.buffers()
    ends = np.frombuffer(offsets or b"\0" * 4, dtype=np.int32)[values.offset :][: len(values) + 1]
    size = int(ends[-1] - ends[0])
    padded = np.zeros(size + _WORD, dtype=np.uint8)
    if size:
        padded[:size] = np.frombuffer(data, dtype=np.uint8)[ends[0] : ends[-1]]
    words: Words = np.ndarray((size + 1,), np.dtype("<u8"), padded, strides=(1,))
    starts = (ends[:-1] - ends[0]).astype(np.int64)
    return starts, np.diff(ends).astype(np.int64), words


def _mixed(mixed: Words, words: Words) -> Words:
    """Other words give another number: each step can be undone."""
    mixed = mixed ^ words
    mixed *= _MULTIPLIER
    mixed ^= mixed >> np.uint64(32)
    return mixed
