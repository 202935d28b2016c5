"""Streams that may be closed under us, and whether they want colour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TextIO

__all__ = ["LenientStream", "printable", "wants_colour"]


class LenientStream:
    """A text stream whose reader may go away: what cannot be written is dropped."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @property
    def encoding(self) -> str:
        """The stream's own encoding."""
        return getattr(self._stream, "encoding", None) or "utf-8"

    def __getattr__(self, name: str) -> Any:
        """Whatever else is asked of it, the stream answers itself."""
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """The text is written, or dropped when nobody reads any more."""
        try:
            return self._stream.write(text)
        except UnicodeEncodeError:
            return self.write(text.encode("ascii", "backslashreplace").decode("ascii"))
        except (OSError, ValueError):
            # ValueError: the stream is closed.
            return len(text)

    def flush(self) -> None:
        """What was written is on its way, if anybody reads."""
        try:
            self._stream.flush()
        except (OSError, ValueError):
            return

    def isatty(self) -> bool:
        """Whether a person sits at the stream."""
        try:
            return self._stream.isatty()
        except ValueError:
            return False

    def fileno(self) -> int:
        """The stream's own descriptor."""
        return self._stream.fileno()


def wants_colour(stream: TextIO | LenientStream, env: Mapping[str, str]) -> bool:
    """Whether a person reads the stream on a terminal and has not said NO_COLOR."""
    return stream.isatty() and not env.get("NO_COLOR") and env.get("TERM") != "dumb"


def printable(text: str) -> str:
    """The text without control characters (new lines stay): data may hold escape sequences."""
    return "".join(c if c.isprintable() or c == "\n" else f"\\x{ord(c):02x}" for c in text)
