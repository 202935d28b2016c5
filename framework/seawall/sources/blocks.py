"""Text files cut into byte ranges that hold whole records, without parsing them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from seawall.errors import DataError

__all__ = ["Quoting", "Range", "first_byte", "line_of", "ranges", "record_ends"]

_BLOCK = 1 << 22
_RANGE_BYTES = 1 << 28
_NEWLINE, _RETURN = 10, 13
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Quoting:
    """The bytes that quote a field and that stand between fields."""

    quote: int
    delimiter: int


@dataclass(frozen=True, slots=True)
class Range:
    """Bytes [start, stop) of a file, which hold `rows` whole records."""

    start: int
    stop: int
    rows: int


def ranges(
    path: Path, *, start: int, rows: int, longest: int, quoting: Quoting | None = None
) -> Iterator[Range]:
    """The file from byte `start` on, in ranges of `rows` records.

    The last range, and one of more than 256 MiB, has fewer. A record ends at a newline that does not
    stand between quotes; blank lines are no records. One pass in blocks of 4 MiB; memory does not
    grow with the file. Raises DataError at a quote that does not begin or end a field, and at one
    that is never closed: readers disagree about those; and at a record of more than `longest` bytes.
    """
    begun = last = start
    carried = 0
    with path.open("rb") as file:
        file.seek(start)
        for ends in record_ends(file, quoting, where=path, longest=longest):
            place = 0
            while place < len(ends):
                full = place + rows - carried
                fits = int(np.searchsorted(ends, begun + _RANGE_BYTES, side="right"))
                stop = max(min(full, len(ends), fits), place + (carried == 0))
                carried += stop - place
                last = int(ends[stop - 1]) if stop else last
                if stop == full or fits < len(ends):
                    yield Range(begun, last, carried)
                    begun, carried = last, 0
                place = stop
        if carried:
            yield Range(begun, file.tell(), carried)


def record_ends(
    file: IO[bytes],
    quoting: Quoting | None,
    *,
    where: Path,
    block: int = _BLOCK,
    longest: int | None = None,
) -> Iterator[Places]:
    """The places just behind each record, from where the file stands on, block by block.

    With `longest`, a record of more bytes is a DataError before more of it is read.
    """
    scan = _Scan(quoting, where, file.tell(), longest)
    while payload := file.read(block):
        yield scan.ends(np.frombuffer(payload, dtype=np.uint8))
    if scan.quoted:
        raise _faulty("a quote that is never closed", where, scan.opened)
    if scan.place > scan.before:
        yield np.array([scan.place], dtype=np.int64)


def line_of(path: Path, place: int) -> int:
    """The number of the line, from 1, in which the byte stands."""
    lines = 1
    with path.open("rb") as file:
        while place > 0 and (payload := file.read(min(_BLOCK, place))):
            lines, place = lines + payload.count(b"\n"), place - len(payload)
    return lines


def first_byte(payload: bytes, place: int) -> int:
    """The place of the first byte from `place` on that is no line's end."""
    rest = payload[place:]
    return place + len(rest) - len(rest.lstrip(b"\r\n"))


@dataclass(slots=True)
class _Scan:
    """What is known between two blocks: the byte `last` before the next one, and where quotes stand.

    `place` is the next block's place in the file, `before` the end of the last line.
    """

    quoting: Quoting | None
    where: Path
    place: int
    longest: int | None = None
    before: int = -1
    last: int = _NEWLINE
    quoted: bool = False
    opened: int = 0

    def __post_init__(self) -> None:
        self.before = self.place

    def ends(self, block: NDArray[np.uint8]) -> Places:
        """The places just behind the records that end in the block."""
        ends: Places = np.flatnonzero(block == _NEWLINE) + 1
        if self.quoting is not None:
            ends = self._outside_quotes(block, ends, self.quoting)
        kept = self._without_blank_lines(block, ends)
        self._refuse_long(len(block), ends)
        if len(ends):
            self.before = self.place + int(ends[-1])
        self.place, self.last = self.place + len(block), int(block[-1])
        return kept

    def _outside_quotes(self, block: NDArray[np.uint8], ends: Places, quoting: Quoting) -> Places:
        quotes = np.flatnonzero(block == quoting.quote)
        first_opens = int(self.quoted)
        self._refuse_stray(block, quotes, quoting)
        parity = (np.searchsorted(quotes, ends) + first_opens) & 1
        if len(quotes):
            self.quoted = bool((len(quotes) + first_opens) & 1)
            self.opened = self.place + int(quotes[-1])
        outside: Places = ends[parity == 0]
        return outside

    def _refuse_stray(self, block: NDArray[np.uint8], quotes: Places, quoting: Quoting) -> None:
        """An opening quote stands at the start of a field, a closing one at its end, or is doubled."""
        borders = [quoting.delimiter, quoting.quote, _NEWLINE, _RETURN]
        if self.last == quoting.quote and not self.quoted and block[0] not in borders:
            raise _faulty(_STRAY, self.where, self.place - 1)
        opening, closing = quotes[int(self.quoted) :: 2], quotes[1 - int(self.quoted) :: 2]
        left = np.where(opening > 0, block[opening - 1], self.last)
        right = block[np.minimum(closing + 1, len(block) - 1)]
        bad = np.append(
            opening[~np.isin(left, borders)],
            closing[~np.isin(right, borders) & (closing + 1 < len(block))],
        )
        if len(bad):
            raise _faulty(_STRAY, self.where, self.place + int(bad.min()))

    def _refuse_long(self, bytes_: int, ends: Places) -> None:
        """Neither a record that ends in the block nor the one that goes on behind it is too long."""
        if self.longest is None:
            return
        places = np.concatenate([[self.before], ends + self.place, [self.place + bytes_]])
        lengths = np.diff(places)
        if lengths.max() > self.longest:
            which = int(np.argmax(lengths > self.longest))
            size = f"{int(lengths[which]):,} bytes"
            if which == len(ends):
                size += " or more" + (", within quotes that never end" if self.quoted else "")
            raise _too_long(self.where, int(places[which]), size, self.longest)

    def _without_blank_lines(self, block: NDArray[np.uint8], ends: Places) -> Places:
        places = ends + self.place
        lengths = np.diff(places, prepend=self.before)
        left = np.where(ends > 1, block[ends - 2], self.last)
        kept: Places = places[(lengths > 2) | ((lengths == 2) & (left != _RETURN))]  # noqa: PLR2004 - "\r\n"
        return kept


_STRAY = "a quote in the middle of a field"


def _faulty(what: str, where: Path, place: int) -> DataError:
    return DataError(
        what,
        f"{where}, line {line_of(where, place):,}",
        f"byte {place:,}",
        "quotes around a whole field, doubled where they are part of it",
        "write the field in quotes; or declare another csv.quote, if these are no quotes",
    )


def _too_long(where: Path, place: int, seen: str, longest: int) -> DataError:
    return DataError(
        "a record longer than any may be",
        f"{where}, line {line_of(where, place):,}",
        seen,
        f"caps.record_bytes: {longest:,}",
        "find out what its writer did; or, if it is meant, declare a larger caps.record_bytes",
    )
