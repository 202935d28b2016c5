"""How far a build is, on a terminal; what went wrong, anywhere."""

from __future__ import annotations

from typing import Self, TextIO

from seawall.observe.streams import LenientStream, printable

__all__ = ["Progress"]

_CLEAR = "\r\x1b[K"


class Progress:
    """One line on a terminal that is written over; notes stay, and are all that a file gets."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._drawn = LenientStream(stream), stream.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        """The line is gone."""
        if self._drawn:
            self._stream.write(_CLEAR)
            self._stream.flush()

    def at(self, number: int, of: int, what: str) -> None:
        """It is at so many of so many."""
        if self._drawn:
            self._stream.write(f"{_CLEAR}{number} of {of}: {printable(what)}")
            self._stream.flush()

    def note(self, text: str) -> None:
        """The text stays, in a line of its own."""
        self._stream.write(f"{_CLEAR if self._drawn else ''}{printable(text)}\n")
        self._stream.flush()
