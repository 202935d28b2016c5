"""One call as the parent sees it: two sockets, and what has come through them so far."""

from __future__ import annotations

import contextlib
import selectors
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from seawall.isolation import kin
from seawall.isolation.forkserver import Forkserver
from seawall.isolation.wire import Inbox, TooMuchError

__all__ = ["TICK_S", "Call", "opened"]

_ANSWER_BYTES = 1 << 20
_PIECE = 1 << 16
TICK_S = 0.05


@contextlib.contextmanager
def opened(forkserver: Forkserver, request: bytes) -> Iterator[Call]:
    """A call whose process is asked for; afterwards nothing of it is open.

    Raises:
        OSError: there is no server, or no file number is left.
    """
    with contextlib.ExitStack() as ours, contextlib.ExitStack() as theirs:
        (watch, far_watch), (wire, far_wire) = socket.socketpair(), socket.socketpair()
        for stack, ends in ((ours, (watch, wire)), (theirs, (far_watch, far_wire))):
            for end in ends:
                stack.enter_context(end)
        forkserver.carry(far_watch, far_wire)
        theirs.close()
        yield Call(forkserver, watch, wire, memoryview(request))


@dataclass(slots=True, eq=False)
class Call:
    """`watch` leads to the server, `wire` to the process; neither is waited for with a send.

    `pid` is known once the process is there; only then the request goes out, so that nothing of a
    call that was given up while the server still imported is ever begun. `ended` says how the
    process ended, with its last `words`; `lost` that the server did; `stack` is where it hung, and
    `is_obeyed` that the server has begun to end it.
    """

    forkserver: Forkserver
    watch: socket.socket
    wire: socket.socket
    unsent: memoryview
    pid: int | None = None
    answer: Mapping[str, Any] | None = None
    spoiled: str = ""
    ended: str = ""
    words: str = ""
    stack: str = ""
    is_obeyed: bool = False
    lost: bool = False
    _answers: Inbox = field(default_factory=lambda: Inbox(_ANSWER_BYTES))
    _news: Inbox = field(default_factory=Inbox)
    _selector: selectors.BaseSelector = field(default_factory=selectors.PollSelector)

    def __post_init__(self) -> None:
        for connection, act in ((self.watch, self._on_watch), (self.wire, self._on_wire)):
            connection.setblocking(False)
            self._selector.register(connection, selectors.EVENT_READ, act)

    @property
    def is_over(self) -> bool:
        """Whether no answer can come that is not there yet."""
        return bool(self.answer is not None or self.spoiled or self.ended or self.lost)

    def listen(self, wait_s: float) -> bool:
        """What came within the time is taken in; whether anything did."""
        ready = self._selector.select(max(wait_s, 0.0))
        for key, _ in ready:
            key.data()
        if not ready and self.forkserver.is_gone():
            self.lost = True
        return bool(ready)

    def order(self, what: bytes) -> None:
        """The server is told to end the process; what it writes from now on is not read."""
        with contextlib.suppress(OSError, KeyError):
            self._selector.unregister(self.wire)
        with contextlib.suppress(OSError):
            self.watch.send(what)

    def has_ended_within(self, wait_s: float) -> bool:
        """Whether the process is gone, with all that it started, before the time is up."""
        until = time.monotonic() + wait_s
        while not (self.ended or self.lost) and (left := until - time.monotonic()) > 0:
            self.listen(min(left, TICK_S))
        return bool(self.ended)

    def take_the_rest(self) -> None:
        """What the process sent before its end has been read."""
        while self.listen(0):
            pass

    def loss(self) -> tuple[str, str]:
        """How the server ended and what it said; the process and its group are gone as well."""
        how, words = self.forkserver.loss()
        if self.pid is not None:
            kin.group_gets(self.pid, signal.SIGKILL)
        return how, words

    def _on_watch(self) -> None:
        piece = _piece(self.watch)
        if piece:
            self._news.feed(piece)
            while (news := self._news.take()) is not None:
                self._note(news)
        elif piece is not None:
            self._selector.unregister(self.watch)
            self.lost = not self.ended

    def _note(self, news: Mapping[str, Any]) -> None:
        if "pid" in news:
            self.pid = news["pid"]
            both = selectors.EVENT_READ | selectors.EVENT_WRITE
            self._selector.modify(self.wire, both, self._on_wire)
        elif "stack" in news:
            self.stack, self.is_obeyed = news["stack"], True
        else:
            self.ended, self.words = news["ended"], news["words"]

    def _on_wire(self) -> None:
        if self.unsent:
            self._send()
        piece = _piece(self.wire)
        if piece:
            self._take(piece)
        elif piece is not None:
            self._selector.unregister(self.wire)

    def _send(self) -> None:
        try:
            self.unsent = self.unsent[self.wire.send(self.unsent) :]
        except BlockingIOError:
            return
        except OSError:  # the process is gone; the server will say how
            self.unsent = self.unsent[:0]
        if not self.unsent:
            self._selector.modify(self.wire, selectors.EVENT_READ, self._on_wire)

    def _take(self, piece: bytes) -> None:
        try:
            self._answers.feed(piece)
            self.answer = self.answer or self._answers.take()
        except TooMuchError as error:
            self.spoiled = f"answered too much: {error}"
        except ValueError as error:
            self.spoiled = f"answered with something else than JSON: {error}"


def _piece(connection: socket.socket) -> bytes | None:
    """What has come, empty at the end; None while there is nothing."""
    try:
        return connection.recv(_PIECE)
    except BlockingIOError:
        return None
    except OSError:
        return b""
