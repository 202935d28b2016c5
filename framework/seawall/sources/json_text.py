"""The text of a JSON document as it arrives: what was read of it and not yet used."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn, Protocol

from seawall.errors import UnavailableError
from seawall.sources.caps import beyond

__all__ = ["JsonText", "Readable"]

_SPACE = " \t\n\r"
_IN_NUMBERS = "0123456789.eE+-"
_UNFINISHED = 3
_BORDER = re.compile(r"\}\s*,\s*(?=\{)")
_MISSES = 3


class Readable(Protocol):
    """What has bytes."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at the end."""
        ...


class JsonText:
    """The document's text: what was read and not yet used."""

    def __init__(self, file: Readable, cap: int, where: str, block: int) -> None:
        self._file, self._cap, self._where, self._block = file, cap, where, block
        self._decode = codecs.getincrementaldecoder("utf-8-sig")().decode
        decoder = json.JSONDecoder(parse_constant=self._refuse)
        self._scan, self._list_of = decoder.raw_decode, decoder.decode
        self._text, self._at, self._ended, self._used, self._misses = "", 0, False, 0, 0

    def peek(self) -> str:
        """The next character that is no space; '' at the end."""
        while True:
            text, at = self._text, self._at
            while at < len(text) and text[at] in _SPACE:
                at += 1
            self._at = at
            if at < len(text):
                return text[at]
            if not self._read(self._block):
                return ""

    def skip(self) -> None:
        """The character that stands here is used."""
        self._at += 1

    def items(self, begin: str, end: str) -> Iterator[None]:
        """Once for each item between the brackets; the item is used by who iterates."""
        self.skip()
        if self.peek() == end:
            self.skip()
            return
        while True:
            yield
            following = self.peek()
            self.skip()
            if following == end:
                return
            if following != ",":
                raise self.broken(f"{following!r} where , or {end} closes what {begin} began")
            if self.peek() == end:
                raise self.broken(f"a comma before {end}")

    def value(self) -> Any:
        """The value that stands here."""
        self.peek()
        more = self._block
        while True:
            try:
                value, end = self._scan(self._text, self._at)
            except json.JSONDecodeError as error:
                if self._ended:
                    raise self.broken(error.msg) from None
            except RecursionError:
                raise self.broken("values nested too deeply") from None
            except ValueError as error:  # a whole number of more than 4,300 digits
                raise self.broken(str(error)) from None
            else:
                if self._ended or not self._goes_on(end):
                    self._at = end
                    return value
            # doubling: a large value is not scanned anew for each of its blocks
            more = max(more, len(self._text) - self._at)
            self._read(more)

    def values(self) -> list[Any]:
        """The value that stands here, and those behind it that one step can read."""
        return self._many() or [self.value()]

    def wrong(self, what: str, allowed: str, seen: str = "") -> UnavailableError:
        """The error for an answer that is something else than rows."""
        shown = seen or " ".join(self._text[self._at : self._at + 200].split())
        todo = "see what the service sends, and the section's `format` and `records`"
        return UnavailableError(what, self._where, shown, allowed, todo)

    def broken(self, why: str) -> UnavailableError:
        """The error for text that is no JSON."""
        place = self._used + self._at
        return self.wrong(f"no JSON: {why} (character {place:,})", "JSON")

    def _many(self) -> list[Any]:
        """The objects up to the last border between two that was read, or nothing.

        One call for all of them takes half the time. What looks like a border may stand within an
        object or a text; but what parses as a list up to there is just that.
        """
        self.peek()
        borders = _BORDER.finditer(self._text, self._at) if self._misses < _MISSES else ()
        last = max((border.start() + 1 for border in borders), default=0)
        if not last:
            return []
        try:
            found: list[Any] = self._list_of(f"[{self._text[self._at : last]}]")
        except (ValueError, RecursionError, UnavailableError):
            self._misses += 1  # its faults, if there are any, are told by value()
            return []
        self._at = last
        return found

    def _goes_on(self, end: int) -> bool:
        """Whether the value may be longer than what was read of it: 1 of 12, 0 of 0.5, 1 of 1e-5."""
        rest = self._text[end - 1 : end + _UNFINISHED]
        return len(rest) <= _UNFINISHED and all(letter in _IN_NUMBERS for letter in rest)

    def _read(self, count: int) -> bool:
        """More text is there; False at the end. DataError once one value is larger than the cap."""
        kept = self._text[self._at :]
        if len(kept) > self._cap:
            seen = f"a record of more than {self._cap:,} characters"
            raise beyond("record_bytes", self._where, seen, f"{self._cap:,}")
        blocks: list[str] = []
        while count > 0 and not self._ended:
            payload = self._file.read(self._block)
            self._ended = not payload
            blocks.append(self._decoded(payload))
            count -= len(blocks[-1])
        self._used, self._text, self._at = self._used + self._at, "".join([kept, *blocks]), 0
        return bool(self._text)

    def _decoded(self, payload: bytes) -> str:
        try:
            return self._decode(payload, not payload)
        except UnicodeDecodeError as error:
            seen = error.object[error.start : error.start + 8].hex(" ")
            raise self.wrong("text that is not UTF-8", "UTF-8", seen) from None

    def _refuse(self, name: str) -> NoReturn:
        raise self.broken(f"{name} is no value of JSON's")
