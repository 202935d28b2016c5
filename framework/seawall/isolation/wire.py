"""Documents on a socket: a length of four bytes, then JSON."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Mapping
from typing import Any

__all__ = ["Inbox", "TooMuchError", "framed", "receive"]

_LENGTH = struct.Struct("!I")
_PIECE = 1 << 16


class TooMuchError(Exception):
    """A document is announced as longer than is allowed."""


class Inbox:
    """Documents that arrive in pieces."""

    def __init__(self, limit: int | None = None) -> None:
        """`limit` is the longest document that is taken, in bytes; None takes any."""
        self._limit = limit
        self._held = bytearray()

    def feed(self, piece: bytes) -> None:
        """The piece stands behind what came before it.

        Raises:
            TooMuchError: the document that it begins is announced as too long.
        """
        self._held += piece
        length = self._length()
        if length is not None and self._limit is not None and length > self._limit:
            raise TooMuchError(f"{length:,} bytes; {self._limit:,} are allowed")

    def take(self) -> Mapping[str, Any] | None:
        """The oldest document that is whole, removed; None while there is none.

        Raises:
            ValueError: it is no JSON object.
        """
        length = self._length()
        if length is None or len(self._held) < _LENGTH.size + length:
            return None
        text = bytes(self._held[_LENGTH.size : _LENGTH.size + length])
        del self._held[: _LENGTH.size + length]
        document = json.loads(text)
        if not isinstance(document, dict):
            raise ValueError(f"a {type(document).__name__} is no document")  # noqa: TRY004 - as bad JSON
        return document

    def missing(self) -> int:
        """How many bytes surely belong to the document that is on its way; at least one."""
        length = self._length()
        whole = _LENGTH.size if length is None else _LENGTH.size + length
        return max(min(whole - len(self._held), _PIECE), 1)

    def _length(self) -> int | None:
        if len(self._held) < _LENGTH.size:
            return None
        return int(_LENGTH.unpack_from(self._held)[0])


def framed(document: Mapping[str, Any]) -> bytes:
    """The document as it goes over a socket."""
    text = json.dumps(document).encode("ascii")
    return _LENGTH.pack(len(text)) + text


def receive(connection: socket.socket) -> Mapping[str, Any] | None:
    """The next document of a socket that blocks; None where the other end is closed."""
    inbox = Inbox()
    while (document := inbox.take()) is None:
        # Never more than is missing: what follows may be for another reader.
        piece = connection.recv(inbox.missing())
        if not piece:
            return None
        inbox.feed(piece)
    return document
