"""The rows of a JSON document, one after the other as its bytes arrive; memory holds a few of them."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

from seawall.errors import UnavailableError
from seawall.sources.caps import beyond

__all__ = ["JsonRows", "Shape"]

_BLOCK = 1 << 16
_KEYS = 20
_SPACE = " \t\n\r"
_IN_NUMBERS = "0123456789.eE+-"
_UNFINISHED = 3


class Readable(Protocol):
    """What has bytes."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Shape:
    """Where the rows stand in a document, None for the document itself, and what else is wanted.

    Both are dotted paths: data.items.
    """

    records: str | None = None
    wanted: str | None = None


class JsonRows:
    """The objects of the list that the document holds. Iterated once.

    After that `found` has the value that was wanted besides, None where there is none.
    Raises UnavailableError for a document of another shape, which is what a service sends that has
    something else to say, DataError for a record that is larger than the cap.
    """

    def __init__(
        self, file: Readable, shape: Shape, *, cap: int, where: str, block: int = _BLOCK
    ) -> None:
        self.where = where
        self.found: Any = None
        self._records = _path(shape.records)
        self._wanted = _path(shape.wanted)
        self._text = _Text(file, cap, where, block)
        self._keys: list[str] = []
        self._there = False

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The objects, in order."""
        text = self._text
        if text.peek() == "<":
            raise text.wrong("an HTML page where rows are due", "rows as JSON")
        if text.peek() == "":
            raise text.wrong("an empty answer where rows are due", "rows as JSON")
        yield from self._within(())
        if not self._there:
            path, keys = ".".join(self._records), ", ".join(self._keys) or "none"
            raise text.wrong("no list where the records are due", f"a list at {path!r}", keys)
        if text.peek():
            raise text.wrong("more behind the end of the JSON document", "one JSON document")

    def _within(self, path: tuple[str, ...]) -> Iterator[dict[str, Any]]:
        """The rows of the value that stands at `path`, which leads to the records."""
        if path == self._records:
            self._there = True
            yield from self._list()
            return
        for name in self._names(f"an object with the key {self._records[len(path)]!r}"):
            inner = (*path, name)
            if len(self._keys) < _KEYS:
                self._keys.append(".".join(inner))
            if inner == self._records[: len(inner)]:
                yield from self._within(inner)
            else:
                self._note(inner, self._text.value())

    def _list(self) -> Iterator[dict[str, Any]]:
        text = self._text
        if text.peek() != "[":
            raise text.wrong("something else where the list of rows is due", "a list of objects")
        for _ in text.items("[", "]"):
            row = text.value()
            if not isinstance(row, dict):
                raise text.wrong("a row that is no object", "a list of objects", repr(row)[:100])
            yield row

    def _names(self, allowed: str) -> Iterator[str]:
        """The keys of the object that stands here; the value is read by who asks for the next key."""
        text = self._text
        if text.peek() != "{":
            raise text.wrong("something else where an object is due", allowed)
        for _ in text.items("{", "}"):
            name = text.value()
            if not isinstance(name, str) or text.peek() != ":":
                raise text.broken("a key without a value")
            text.skip()
            yield name

    def _note(self, path: tuple[str, ...], value: Any) -> None:
        """The value is kept where it is the wanted one, or holds it."""
        if not self._wanted or path != self._wanted[: len(path)]:
            return
        for name in self._wanted[len(path) :]:
            value = value.get(name) if isinstance(value, dict) else None
        self.found = value


class _Text:
    """The document's text: what was read and not yet used."""

    def __init__(self, file: Readable, cap: int, where: str, block: int) -> None:
        self._file, self._cap, self._where, self._block = file, cap, where, block
        self._decode = codecs.getincrementaldecoder("utf-8-sig")().decode
        self._scan = json.JSONDecoder(parse_constant=self._refuse).raw_decode
        self._text, self._at, self._ended, self._used = "", 0, False, 0

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

    def wrong(self, what: str, allowed: str, seen: str = "") -> UnavailableError:
        """The error for an answer that is something else than rows."""
        shown = seen or " ".join(self._text[self._at : self._at + 200].split())
        todo = "see what the service sends, and the section's `format` and `records`"
        return UnavailableError(what, self._where, shown, allowed, todo)

    def broken(self, why: str) -> UnavailableError:
        """The error for text that is no JSON."""
        place = self._used + self._at
        return self.wrong(f"no JSON: {why} (character {place:,})", "JSON")

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


def _path(dotted: str | None) -> tuple[str, ...]:
    return tuple(dotted.split(".")) if dotted else ()
