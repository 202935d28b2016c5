"""A chunk's bytes of a text file, and where its records stand in them."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seawall.contracts import Fragment, Refused, Span
from seawall.sources.blocks import Quoting, first_byte, line_of, record_ends
from seawall.sources.files import held_still, opened
from seawall.sources.refused import FOREIGN, MALFORMED

__all__ = ["Fault", "Stretch", "stretch_of"]

_RAW_BYTES = 64_000


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a record, by its number in the stretch, from 0."""

    record: int
    seen: str
    allowed: str
    reason: str = MALFORMED


@dataclass(frozen=True, slots=True)
class Stretch:
    """Bytes of one file from `start` on; they hold whole records."""

    fragment: Fragment
    start: int
    payload: bytes
    quoting: Quoting | None

    def borders(self) -> NDArray[np.int64]:
        """Where each record begins, and behind the last one where that ends."""
        where = Path(self.fragment.path)
        ends = list(record_ends(io.BytesIO(self.payload), self.quoting, where=where))
        return np.concatenate([[0], *ends]).astype(np.int64)

    def foreign(self) -> list[Fault]:
        """The records with bytes that are not UTF-8."""
        return [
            Fault(record, f"{shown}, at byte {self.start + place:,}", "UTF-8", FOREIGN)
            for record, place, shown in self._undecodable()
        ]

    def without(self, records: Sequence[int]) -> bytes:
        """The payload without these records."""
        if not records:
            return self.payload
        borders, view = self.borders(), memoryview(self.payload)
        kept = np.setdiff1d(np.arange(len(borders) - 1), records)
        return b"".join(view[borders[n] : borders[n + 1]] for n in kept.tolist())

    def refused(self, faults: Iterable[Fault]) -> tuple[Refused, ...]:
        """The faulty records in order, each with its line and its text."""
        faults = sorted(faults, key=lambda fault: fault.record)
        if not faults:
            return ()
        borders = self.borders().tolist()
        begins = [first_byte(self.payload, borders[fault.record]) for fault in faults]
        stops = [borders[fault.record + 1] for fault in faults]
        return tuple(
            Refused(
                fault.record,
                1,
                fault.reason,
                f"{self.fragment.path}:{line}",
                fault.seen,
                fault.allowed,
                _text(self.payload[begin : min(stop, begin + _RAW_BYTES)]),
            )
            for fault, line, begin, stop in zip(
                faults, self._lines(begins), begins, stops, strict=True
            )
        )

    def lines(self, records: Sequence[int]) -> Iterator[int]:
        """The numbers of the lines, from 1, in which the records begin; they come in rising order."""
        borders = self.borders()
        return self._lines(first_byte(self.payload, int(borders[record])) for record in records)

    def _lines(self, begins: Iterable[int]) -> Iterator[int]:
        line, before = line_of(Path(self.fragment.path), self.start), 0
        for begin in begins:
            line += self.payload.count(b"\n", before, begin)
            before = begin
            yield line

    def _undecodable(self) -> Iterator[tuple[int, int, str]]:
        """Record, byte of the payload and bytes of the first fault in each record that has one."""
        view, place = memoryview(self.payload), 0
        borders: NDArray[np.int64] | None = None
        while place < len(view):
            try:
                codecs.utf_8_decode(view[place:], "strict", True)
            except UnicodeDecodeError as error:
                bad = place + error.start
                borders = self.borders() if borders is None else borders
                record = int(np.searchsorted(borders, bad, side="right")) - 1
                yield record, bad, self.payload[bad : bad + 8].hex(" ")
                place = int(borders[record + 1])
            else:
                return


def stretch_of(fragment: Fragment, span: Span, quoting: Quoting | None) -> Stretch:
    """The span's bytes; TemporaryError when the file has changed since it was planned."""
    held_still(fragment)
    with opened(fragment.path) as file:
        file.seek(span.start)
        return Stretch(fragment, span.start, file.read(span.stop - span.start), quoting)


def _text(raw: bytes) -> str:
    """The record as text, what is no UTF-8 as escapes, without its line's end."""
    return raw.decode("utf-8", "backslashreplace").rstrip("\r\n")
