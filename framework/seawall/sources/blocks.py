"""Text files cut into byte ranges that hold whole records, without parsing them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["Range", "ranges"]

_BLOCK = 1 << 24
_NEWLINE, _RETURN = 10, 13


@dataclass(frozen=True, slots=True)
class Range:
    """Bytes [start, stop) of a file, which hold `rows` whole records."""

    start: int
    stop: int
    rows: int


def ranges(path: Path, *, start: int, rows: int, quote: int | None = None) -> Iterator[Range]:
    """The file from byte `start` on, in ranges of `rows` records (the last may be shorter).

    A record ends at a newline that does not stand between quotes; blank lines are no records. One
    pass in blocks of 16 MiB; memory does not grow with the file.
    """
    begun, carried = start, 0
    for ends in _record_ends(path, start, quote):
        cuts = ends[rows - carried - 1 :: rows]
        for cut in cuts.tolist():
            yield Range(begun, cut, rows)
            begun = cut
        carried = carried + len(ends) - rows * len(cuts)
    if carried:
        yield Range(begun, path.stat().st_size, carried)


def _record_ends(path: Path, start: int, quote: int | None) -> Iterator[NDArray[np.int64]]:
    """The places just behind each record, block by block."""
    quoted, before = 0, start
    with path.open("rb") as file:
        file.seek(start)
        for number in itertools.count():
            block = np.frombuffer(file.read(_BLOCK), dtype=np.uint8)
            if not len(block):
                break
            newline = block == _NEWLINE
            if quote is not None and (quoted or (block == quote).any()):
                parity = (np.cumsum(block == quote) + quoted) & 1
                newline &= parity == 0
                quoted = int(parity[-1])
            ends = np.flatnonzero(newline) + 1 + start + number * _BLOCK
            yield _without_blank_lines(ends, before, block, start + number * _BLOCK)
            before = int(ends[-1]) if len(ends) else before
        size = file.tell()
    if size > before:
        yield np.array([size], dtype=np.int64)


def _without_blank_lines(
    ends: NDArray[np.int64], before: int, block: NDArray[np.uint8], offset: int
) -> NDArray[np.int64]:
    lengths = np.diff(ends, prepend=before)
    last = block[np.maximum(ends - 2 - offset, 0)]
    kept: NDArray[np.int64] = ends[(lengths > 2) | ((lengths == 2) & (last != _RETURN))]  # noqa: PLR2004 - "\r\n"
    return kept
