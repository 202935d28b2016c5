"""What code of a user's prints, of which so much comes through that a person can still read the rest."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, TextIO

__all__ = ["Throttled", "behind"]

_BURST = 1_000
"""How many lines come through at once."""
_LINES_A_SECOND = 20.0
"""How many come through for good."""
_LONGEST = 10_000
"""How many characters of one line."""


class Throttled:
    """A text stream that lets through a thousand lines, then twenty a second; the others are counted.

    What is left out is said when lines come through again, and by `tell`. Whoever writes to the
    descriptor itself, as C code does, is not held up.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self.stream, self._clock = stream, clock
        self._lock = threading.Lock()
        self._left, self._at = float(_BURST), clock()
        self._lost = 0
        self._begun, self._passes = False, True

    def __getattr__(self, name: str) -> Any:
        """Whatever else is asked of it, the stream answers itself."""
        return getattr(self.stream, name)

    def write(self, text: str) -> int:
        """The lines are written, or counted; a line that was begun is written to its end."""
        with self._lock:
            for line in text.splitlines(keepends=True):
                if not self._begun:
                    self._begin()
                if self._passes:
                    self.stream.write(_cut(line))
                self._begun = not line.endswith("\n")
                self._lost += not (self._passes or self._begun)
        return len(text)

    def tell(self) -> None:
        """It is said how many lines were left out since it was said last."""
        with self._lock:
            self._tell()

    def _begin(self) -> None:
        """It is known whether the next line comes through."""
        now = self._clock()
        self._left = min(_BURST, self._left + (now - self._at) * _LINES_A_SECOND)
        self._at, self._passes = now, self._left >= 1
        if self._passes:
            self._left -= 1
            self._tell()

    def _tell(self) -> None:
        if self._lost:
            lost, self._lost = self._lost, 0
            self.stream.write(
                f"seawall: left out {lost:,} lines that stages or the model printed\n"
            )


def behind(stream: TextIO) -> TextIO:
    """The stream itself, where it is throttled: for what seawall has to say."""
    return stream.stream if isinstance(stream, Throttled) else stream


def _cut(line: str) -> str:
    if len(line) <= _LONGEST:
        return line
    end = "\n" if line.endswith("\n") else ""
    return f"{line[:_LONGEST]}… ({len(line) - _LONGEST:,} characters more){end}"
