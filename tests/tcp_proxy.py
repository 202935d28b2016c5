"""A TCP proxy for tests: passes bytes on until it is told to refuse, hang, drip or cut."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from typing import Literal, Self

__all__ = ["Mode", "TcpProxy"]

Mode = Literal["pass", "refuse", "hang", "drip", "cut"]
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER of 0 s: close() sends a reset


class TcpProxy:
    """What stands between a client and a server of loopback; `mode` changes for open connections, too.

    `pass`: bytes go through. `refuse`: nobody listens, open connections are reset. `hang`:
    connections are accepted, and no byte comes back. `drip`: an answer comes back at a byte every
    `drip_s`. `cut`: an answer is reset after `cut_after` bytes. `connections` and `sent` count what
    came through: connections, and bytes of answers.
    """

    def __init__(self, port: int, *, drip_s: float = 1.0, cut_after: int = 100) -> None:
        self.target, self.drip_s, self.cut_after = port, drip_s, cut_after
        self.connections = self.sent = 0
        self._mode: Mode = "pass"
        self._changed = threading.Condition()
        self._open: set[socket.socket] = set()
        self._listener = _listening(0)
        self.port: int = self._listener.getsockname()[1]
        self._accept()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def mode(self) -> Mode:
        """What happens to bytes now."""
        return self._mode

    @mode.setter
    def mode(self, mode: Mode) -> None:
        before = self._mode
        with self._changed:
            self._mode = mode
            self._changed.notify_all()
        if mode == "refuse" and before != "refuse":
            self._refuse()
        elif before == "refuse" and mode != "refuse":
            self._listener = _listening(self.port)
            self._accept()

    @contextlib.contextmanager
    def set(self, mode: Mode) -> Iterator[None]:
        """The mode holds for the block, then bytes go through again."""
        self.mode = mode
        try:
            yield
        finally:
            self.mode = "pass"

    def close(self) -> None:
        """Nobody listens, and no connection is open."""
        self.mode = "refuse"

    def _refuse(self) -> None:
        _closed(self._listener)
        for connection in list(self._open):
            self._reset(connection)

    def _accept(self) -> None:
        threading.Thread(target=self._serve, args=(self._listener,), daemon=True).start()

    def _serve(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):  # the listener is closed to stop this thread
            while True:
                client, _ = listener.accept()
                self.connections += 1
                threading.Thread(target=self._join, args=(client,), daemon=True).start()

    def _join(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self.target))
        except OSError:
            client.close()
            return
        self._open |= {client, server}
        back = threading.Thread(target=self._pump, args=(server, client), daemon=True)
        back.start()
        self._pump(client, server, asking=True)
        back.join()
        for end in (client, server):
            self._open.discard(end)
            end.close()

    def _pump(self, source: socket.socket, sink: socket.socket, *, asking: bool = False) -> None:
        sent = 0
        with contextlib.suppress(OSError):
            while payload := source.recv(1 << 16):
                for piece in [payload] if asking else self._pieces(payload, sent):
                    sink.sendall(piece)
                    sent += len(piece)
                    self.sent += 0 if asking else len(piece)
            sink.shutdown(socket.SHUT_WR)
            return
        self._reset(source)
        self._reset(sink)

    def _pieces(self, payload: bytes, sent: int) -> Iterator[bytes]:
        """The answer's bytes as the mode lets them through, which may change on the way."""
        while payload:
            with self._changed:
                while self._mode == "hang":
                    self._changed.wait()
                if self._mode == "drip":
                    self._changed.wait(self.drip_s)
                mode = self._mode
            room = {"drip": 1, "cut": max(self.cut_after - sent, 0), "refuse": 0}.get(mode, 1 << 16)
            if not room:
                raise ConnectionResetError
            yield payload[:room]
            payload, sent = payload[room:], sent + len(payload[:room])

    def _reset(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            connection.shutdown(socket.SHUT_RD)  # a thread that still reads keeps it open
        connection.close()


def _listening(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(64)
    return listener


def _closed(connection: socket.socket) -> None:
    """The socket is closed, and whoever waits on it wakes up."""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
