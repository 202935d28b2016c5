"""One call's process in the server's care: what it says, and how it is brought to its end."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import time
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import takewhile

from seawall.isolation import child, kin
from seawall.isolation.wire import framed

__all__ = ["STOP", "TIME_UP", "Ward"]

TIME_UP = b"T"
STOP = b"S"

_OUTPUT_BYTES = 64_000
_DUMP_BYTES = 64_000
_TRACE_CHARACTERS = 8_000
_LAST_WORDS = 2_000
_PIECE = 1 << 16
_PIPEFULS = 2
_DUMP_S = 0.5
_QUIET_S = 0.05
_SHORT_GRACE_S = 0.1
_NEVER = float("inf")


class Phase(Enum):
    """How far the end of a process has come."""

    RUNNING = auto()
    DUMPING = auto()
    TERMINATING = auto()
    KILLED = auto()


@dataclass(slots=True, eq=False)
class Ward:
    """The process `pid`, the pipes that it writes to, and the socket to its caller."""

    pid: int
    watch: socket.socket
    output: int
    trace: int
    grace_s: float
    phase: Phase = Phase.RUNNING
    due: float = _NEVER
    kill_at: float = _NEVER
    said: bytearray = field(default_factory=bytearray)
    dump: bytearray = field(default_factory=bytearray)

    def obey(self) -> bool:
        """What the caller orders has begun; False when there is no caller any more."""
        try:
            orders = self.watch.recv(16)
        except BlockingIOError:
            return True
        except OSError:
            orders = b""
        if TIME_UP in orders:
            self.begin_dump()
        elif STOP in orders or not orders:
            self.terminate(_SHORT_GRACE_S)
        return bool(orders)

    def begin_dump(self) -> None:
        """The process writes where it stands, also when it is stopped or inside C code."""
        if self.phase is Phase.RUNNING:
            now = time.monotonic()
            self.phase, self.kill_at = Phase.DUMPING, now + self.grace_s
            self.due = now + min(_DUMP_S, self.grace_s / 2)
            os.kill(self.pid, signal.SIGUSR1)
            os.kill(self.pid, signal.SIGCONT)

    def terminate(self, grace_s: float) -> None:
        """The group was asked to end; at the latest after the grace it is killed."""
        if self.phase is not Phase.KILLED:
            self.kill_at = min(self.kill_at, time.monotonic() + grace_s)
            self.phase, self.due = Phase.TERMINATING, self.kill_at
            kin.group_gets(self.pid, signal.SIGTERM)
            kin.group_gets(self.pid, signal.SIGCONT)

    def kill(self) -> None:
        """The group is killed; the process has still to be waited for."""
        self.phase, self.due = Phase.KILLED, _NEVER
        others = [] if kin.ADOPTS else kin.descendants(self.pid)
        kin.group_gets(self.pid, signal.SIGKILL)
        for pid in others:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)

    def advance(self, now: float) -> None:
        """The next step towards the end was taken where it is due."""
        if now < self.due:
            return
        if self.phase is Phase.DUMPING:
            # Not earlier: SIGTERM's default would end the process before it has written.
            self.tell({"stack": _stack(self.dump)})
            self.terminate(_NEVER)
        elif self.phase is Phase.TERMINATING:
            self.kill()

    def hear(self, number: int) -> bool:
        """What stood in one of the pipes is kept, or dropped over the cap; False at its end."""
        try:
            piece = os.read(number, _PIECE)
        except BlockingIOError:
            return True
        if number == self.output:  # the last words say most
            self.said += piece
            del self.said[:-_OUTPUT_BYTES]
        else:
            self.dump += piece[: max(_DUMP_BYTES - len(self.dump), 0)]
            if self.phase is Phase.DUMPING and piece:
                self.due = min(self.due, time.monotonic() + _QUIET_S)
        return bool(piece)

    def tell(self, message: dict[str, object]) -> None:
        """The caller has the message, or is gone."""
        with contextlib.suppress(OSError):
            self.watch.sendall(framed(message))

    def close(self, status: int) -> None:
        """The caller knows how the process ended; nothing of the call is open any more."""
        for number in (self.output, self.trace):
            for _ in range(_PIPEFULS):  # a pipe's worth; somebody may write on for ever
                self.hear(number)
            os.close(number)
        if self.phase is Phase.DUMPING:  # the signal itself can end what it hung in
            self.tell({"stack": _stack(self.dump)})
        reason = kin.how(os.waitstatus_to_exitcode(status))
        self.tell({"ended": reason, "words": self._last_words()})
        self.watch.close()

    def _last_words(self) -> str:
        said = self.said.decode("utf-8", "replace")[-_LAST_WORDS:].strip()
        words = f"\n\nlast output:\n{said}" if said else ""
        return f"{_stack(self.dump)[: _TRACE_CHARACTERS - len(words)]}{words}".strip()


def _stack(dump: bytearray) -> str:
    """The thread that took the signal first: the main thread, where that can be.

    Without frames of ours and the list of libraries that a crash ends with.
    """
    blocks = dump.decode("utf-8", "replace").strip().split("\n\n")
    blocks = [_foreign(block) for block in blocks if not block.startswith("Extension modules")]
    blocks.sort(key=lambda block: not block.startswith(("Fatal", "Current thread")))
    return "\n\n".join(blocks)[:_TRACE_CHARACTERS]


def _foreign(block: str) -> str:
    lines = block.splitlines()
    return "\n".join(takewhile(lambda line: f'"{child.__file__}"' not in line, lines))
