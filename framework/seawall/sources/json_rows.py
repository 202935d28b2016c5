"""The rows of a JSON document, one after the other as its bytes arrive; memory holds a few of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from seawall.shown import listed, shown
from seawall.sources.json_text import JsonText, Readable

__all__ = ["JsonRows", "Shape"]

_BLOCK = 1 << 16
_KEYS = 20


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
        self._text = JsonText(file, cap, where, block)
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
            path, keys = ".".join(self._records), listed(self._keys) or "none"
            raise text.wrong("no list where the records are due", f"a list at {shown(path)}", keys)
        if text.peek():
            raise text.wrong("more behind the end of the JSON document", "one JSON document")

    def _within(self, path: tuple[str, ...]) -> Iterator[dict[str, Any]]:
        """The rows of the value that stands at `path`, which leads to the records."""
        if path == self._records:
            self._there = True
            yield from self._list()
            return
        for name in self._names(f"an object with the key {shown(self._records[len(path)])}"):
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
            for row in text.values():
                if not isinstance(row, dict):
                    seen = shown(row)[:100]
                    raise text.wrong("a row that is no object", "a list of objects", seen)
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


def _path(dotted: str | None) -> tuple[str, ...]:
    return tuple(dotted.split(".")) if dotted else ()
