"""Forks a process for each call, watches it, and ends all that is left of it.

The server has one thread, so that forking it is safe; it imports what the calls need once, so that
forking it is quick. For each call the parent sends two sockets: the `wire` is the forked process's,
the `watch` stays here. The server never sees what is asked or answered.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from seawall.isolation import kin
from seawall.isolation.child import Cradle, live
from seawall.isolation.ward import Ward
from seawall.isolation.wire import framed

__all__ = ["ENDING", "TICK_S", "Server"]

TICK_S = 0.2
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_SWEEP_S = 0.01
_LEAVE_AFTER_S = 0.2
_GIVE_UP_S = 1.5
_CLOEXEC = getattr(socket, "MSG_CMSG_CLOEXEC", 0)


@dataclass(slots=True)
class Server:
    """The calls in work, and those whose process ended while its own children may live on."""

    parent: int
    grace_s: float
    control: socket.socket
    alarm: socket.socket
    foreign: Sequence[int]
    lifeline: int
    wards: dict[int, Ward] = field(default_factory=dict)
    ended: list[tuple[Ward, int, float]] = field(default_factory=list)
    selector: selectors.BaseSelector = field(default_factory=selectors.PollSelector)
    leave_by: float | None = None

    def run(self) -> None:
        """Returns when the parent closed the socket or is gone, and no call is left."""
        self._register(self.control, self._on_control)
        self._register(self.alarm, self._on_alarm)
        while not self._is_done():
            for key, _ in self.selector.select(self._patience_s()):
                key.data()
            self._advance(time.monotonic())

    def _is_done(self) -> bool:
        if self.leave_by is None:
            return False
        is_alone = not (self.wards or self.ended or kin.children())
        return is_alone or time.monotonic() > self.leave_by

    def _patience_s(self) -> float:
        if self.ended or self.leave_by is not None:
            return _SWEEP_S
        due = min((ward.due for ward in self.wards.values()), default=TICK_S + time.monotonic())
        return min(max(due - time.monotonic(), 0.0), TICK_S)

    def _register(self, source: socket.socket | int, act: Callable[[], None]) -> None:
        self.selector.register(source, selectors.EVENT_READ, act)

    def _on_control(self) -> None:
        if self.leave_by is not None:
            return
        try:
            asked, numbers, _, _ = socket.recv_fds(self.control, 1, 2, _CLOEXEC)
        except OSError:
            asked, numbers = b"", []
        if not asked:
            self._leave()
        elif len(numbers) == 2:  # noqa: PLR2004 - the watch and the wire
            self._begin(*numbers)
        else:  # out of file numbers; the caller sees that its watch is closed
            for number in numbers:
                os.close(number)

    def _on_alarm(self) -> None:
        if any(number in ENDING for number in self.alarm.recv(64)):
            self._leave()

    def _leave(self) -> None:
        """Everything is killed, at once; new calls are not taken."""
        if self.leave_by is None:
            self.leave_by = time.monotonic() + _GIVE_UP_S
            self.selector.unregister(self.control)
            for ward in self.wards.values():
                ward.kill()

    def _begin(self, watch_number: int, wire: int) -> None:
        """A process has the wire and its life before it, or the caller knows why there is none."""
        watch = socket.socket(fileno=watch_number)
        for number in (watch_number, wire):
            os.set_inheritable(number, False)
        try:
            with _pipes() as pipes:
                ward = self._forked(watch, wire, *pipes)
        except OSError as error:
            watch.sendall(framed({"ended": f"could not be started: {error}", "words": ""}))
            watch.close()
        else:
            self._take_care_of(ward)
        os.close(wire)

    def _forked(
        self, watch: socket.socket, wire: int, output: tuple[int, int], trace: tuple[int, int]
    ) -> Ward:
        cradle = Cradle(
            server=os.getpid(),
            wire=wire,
            output=output[1],
            trace=trace[1],
            lifeline=self.lifeline,
            foreign=[*self._own(), watch.fileno(), output[0], trace[0]],
        )
        # A signal that reached the child before it has its own ways would be taken for the server's.
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        try:
            pid = os.fork()
            if pid == 0:
                live(cradle)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, ())
        return Ward(pid, watch, output[0], trace[0], self.grace_s)

    def _own(self) -> Iterator[int]:
        """File numbers that a child must not keep: other calls' ends would never be seen."""
        yield from (*self.foreign, self.control.fileno(), self.alarm.fileno())
        for ward in (*self.wards.values(), *(ward for ward, _, _ in self.ended)):
            yield from (ward.watch.fileno(), ward.output, ward.trace)

    def _take_care_of(self, ward: Ward) -> None:
        self.wards[ward.pid] = ward
        ward.watch.setblocking(False)
        self._register(ward.watch, partial(self._obey, ward))
        for number in (ward.output, ward.trace):
            os.set_blocking(number, False)
            self._register(number, partial(self._hear, ward, number))
        ward.tell({"pid": ward.pid})

    def _obey(self, ward: Ward) -> None:
        if not ward.obey():
            self.selector.unregister(ward.watch)

    def _hear(self, ward: Ward, number: int) -> None:
        if not ward.hear(number):
            self.selector.unregister(number)

    def _advance(self, now: float) -> None:
        """The dead are buried, orphans killed, ends brought nearer; without a parent all ends."""
        if os.getppid() != self.parent:
            self._leave()
        for ward in self.wards.values():
            ward.advance(now)
        self._reap(now)
        orphans = [pid for pid in kin.children() if pid not in self.wards]
        for pid in orphans:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        for entry in list(self.ended):
            ward, status, since = entry
            if not orphans or now - since > _LEAVE_AFTER_S:
                self._close(ward, status)
                self.ended.remove(entry)

    def _reap(self, now: float) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if ward := self.wards.pop(pid, None):
                self.ended.append((ward, status, now))
                if not kin.ADOPTS:
                    kin.group_gets(pid, signal.SIGKILL)

    def _close(self, ward: Ward, status: int) -> None:
        for source in (ward.watch, ward.output, ward.trace):
            with contextlib.suppress(KeyError):
                self.selector.unregister(source)
        ward.close(status)


@contextlib.contextmanager
def _pipes() -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Two pipes; their writing ends are closed afterwards, all four where something went wrong."""
    with contextlib.ExitStack() as writers, contextlib.ExitStack() as readers:
        pair = []
        for _ in range(2):
            reader, writer = os.pipe()
            readers.callback(os.close, reader)
            writers.callback(os.close, writer)
            pair.append((reader, writer))
        yield pair[0], pair[1]
        readers.pop_all()
