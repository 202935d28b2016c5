"""A server that is forked from a process which has imported everything, instead of started anew."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from seawall.isolation.serve import serve

__all__ = ["Forked", "has_one_thread"]

_TICK_S = 0.01


def has_one_thread() -> bool:
    """Whether this process can be forked safely: no thread of it, not even a library's, may hold a lock."""
    try:
        return len(list(Path("/proc/self/task").iterdir())) == 1
    except OSError:
        return False


class Forked:
    """The server's process, with what its parent asks of a `subprocess.Popen`."""

    def __init__(self, theirs: socket.socket) -> None:
        """The process serves the socket; this one must have one thread."""
        heard, said = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            _serve(theirs.fileno(), said)
        os.close(said)
        self.stderr = os.fdopen(heard, "rb", 0)
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """How it ended, negative for a signal; None while it lives."""
        if self.returncode is None:
            try:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
            except ChildProcessError:  # somebody else has waited for it
                self.returncode = 0
            else:
                self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """How it ended; subprocess.TimeoutExpired while it lives."""
        until = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if until is not None and time.monotonic() > until:
                raise subprocess.TimeoutExpired("a forked server", timeout or 0.0)
            time.sleep(_TICK_S)
        return code

    def kill(self) -> None:
        """It gets SIGKILL, if it is there."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)


def _serve(number: int, said: int) -> NoReturn:
    """Never returns; every other descriptor of the parent's is closed."""
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(said, 2)
        own = {0, 1, 2, number}
        for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - names alone
            if int(name) not in own:
                with suppress(OSError):
                    os.close(int(name))
        serve(number)
    finally:
        os._exit(1)
