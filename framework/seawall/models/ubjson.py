"""Universal Binary JSON (ubjson.org, draft 12), as far as XGBoost writes it."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

__all__ = ["decoded"]

_NUMBERS = {"i": ">i1", "U": ">u1", "I": ">i2", "l": ">i4", "L": ">i8", "d": ">f4", "D": ">f8"}
_CONSTANTS = {"Z": None, "T": True, "F": False}


def decoded(payload: bytes) -> Any:
    """The document; arrays of one type are numpy's. ValueError where the bytes are none."""
    cursor = _Cursor(payload)
    try:
        document = cursor.value(cursor.marker())
    except (KeyError, RecursionError, UnicodeDecodeError, struct.error) as error:
        raise ValueError(f"no UBJSON at byte {cursor.place}") from error
    if cursor.place != len(payload):
        raise ValueError(f"bytes behind the end of the document, at {cursor.place}")
    return document


class _Cursor:
    """A place in the bytes; what is read moves it on."""

    def __init__(self, payload: bytes) -> None:
        self._payload, self.place = memoryview(payload), 0

    def marker(self) -> str:
        """The next byte, as the letter that it is."""
        return bytes(self._take(1)).decode("ascii")

    def value(self, marker: str) -> Any:
        """The value behind its marker."""
        if marker == "{":
            return self._mapping()
        if marker == "[":
            return self._list()
        if marker == "S":
            return self._text(self.marker())
        return _CONSTANTS[marker] if marker in _CONSTANTS else self._array(marker, 1)[0].item()

    def _mapping(self) -> dict[str, Any]:
        found = {}
        while (marker := self.marker()) != "}":
            key = self._text(marker)
            found[key] = self.value(self.marker())
        return found

    def _list(self) -> Any:
        """An array: of one type and length, of one length, or up to its closing bracket."""
        marker = self.marker()
        if marker == "$":
            kind = self.marker()
            self._hash(self.marker())
            return self._array(kind, self._count())
        if marker == "#":
            return [self.value(self.marker()) for _ in range(self._count())]
        found = []
        while marker != "]":
            found.append(self.value(marker))
            marker = self.marker()
        return found

    def _hash(self, marker: str) -> None:
        if marker != "#":
            raise ValueError(f"an array without its length at byte {self.place}")

    def _count(self) -> int:
        return int(self._array(self.marker(), 1)[0])

    def _text(self, marker: str) -> str:
        return bytes(self._take(int(self._array(marker, 1)[0]))).decode()

    def _array(self, kind: str, count: int) -> Any:
        dtype = np.dtype(_NUMBERS[kind])
        return np.frombuffer(self._take(count * dtype.itemsize), dtype)

    def _take(self, count: int) -> memoryview:
        if not 0 <= count <= len(self._payload) - self.place:
            raise ValueError(f"the file ends within a value that begins at byte {self.place}")
        taken = self._payload[self.place : self.place + count]
        self.place += count
        return taken
