"""The server as its parent sees it: started early, spoken to through one socket, ended for sure."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from seawall.isolation import kin
from seawall.isolation.forked import Forked, has_one_thread
from seawall.isolation.wire import framed

__all__ = ["Forkserver", "Needs"]

_ROOT = str(Path(__file__).resolve().parents[2])
# With -P neither the working directory nor a script's folder is looked for modules, and PYTHONPATH
# stays as it is for whatever the calls start.
_BOOT = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from seawall.isolation.serve import serve; serve(int(sys.argv[2]))"
)
# What would start threads while it is imported; a fork of a process with threads is not safe.
_ONE_THREAD = {
    "BLIS_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "MKL_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
_LEAVE_S = 2.0
_TELL_S = 0.5
_WORDS = 8_000


@dataclass(frozen=True, slots=True)
class Needs:
    """What the calls import, where they find it, and how long they may take to end.

    `is_here` says that this process has imported it, so that a fork of it can be the server.
    """

    preload: Sequence[str]
    path: Sequence[str]
    grace_s: float
    is_here: bool = False


class Forkserver:
    """A process of its own session that forks one process for each call."""

    def __init__(self, needs: Needs) -> None:
        """The process begins to import what is needed; nobody waits for it.

        It is a fork of this one where that is wished and safe: then nothing is left to import.
        """
        self._owner = os.getpid()
        self._lock = threading.Lock()
        self.ended = self._is_lost = False
        self._control, theirs = socket.socketpair()
        with theirs:
            start = Forked if needs.is_here and has_one_thread() else _started
            self._process: Forked | subprocess.Popen[bytes] = start(theirs)
        self._errors = cast("IO[bytes]", self._process.stderr)
        os.set_blocking(self._errors.fileno(), False)
        hello = {
            "parent": self._owner,
            "path": [*needs.path, *(entry or str(Path.cwd()) for entry in sys.path)],
            "preload": list(needs.preload),
            "grace_s": needs.grace_s,
        }
        with contextlib.suppress(OSError):  # it died at once; the first call tells how
            self._control.sendall(framed(hello))

    @property
    def is_usable(self) -> bool:
        """Whether it lives, and is this process's own: a forked copy of a run starts another."""
        if self.ended or self._is_lost:
            return False
        return self._owner == os.getpid() and self._process.poll() is None

    def carry(self, watch: socket.socket, wire: socket.socket) -> None:
        """The server has both sockets, or will read them when it has imported what is needed.

        Raises:
            OSError: it is gone.
        """
        try:
            with self._lock:
                socket.send_fds(self._control, [b"c"], [watch.fileno(), wire.fileno()])
        except OSError:  # it closed its end, and is perhaps still on its way out
            self._is_lost = True
            raise

    def is_gone(self) -> bool:
        """Whether the process has ended. A socket does not tell: somebody may hold a copy of it."""
        return self._process.poll() is not None

    def loss(self) -> tuple[str, str]:
        """How it ended, and its last words; it is killed where it is still there."""
        self._is_lost = True
        try:
            code = self._process.wait(_TELL_S)
        except subprocess.TimeoutExpired:
            self.kill()
            code = self._process.wait()
        return kin.how(code), self._words()

    def kill(self) -> None:
        """It is gone, and the processes of its calls with it."""
        self._process.kill()
        self._process.wait()

    def end(self) -> None:
        """It is gone, with every process that its calls left. A forked copy ends only its view."""
        self.ended = True
        if self._owner == os.getpid():
            self._wait_until_it_left()
        self._control.close()
        self._errors.close()

    def _wait_until_it_left(self) -> None:
        try:
            # A close would not reach it while a fork of this process holds a copy of the socket.
            self._control.shutdown(socket.SHUT_WR)
            self._control.settimeout(_LEAVE_S)
            self._control.recv(1)  # it never writes: this is the end of it
            self._process.wait(_TELL_S)
        except (OSError, subprocess.TimeoutExpired):
            self.kill()

    def _words(self) -> str:
        try:
            return os.read(self._errors.fileno(), _WORDS).decode("utf-8", "replace").strip()
        except (OSError, ValueError):  # nothing was said, or nobody listens any more
            return ""


def _started(theirs: socket.socket) -> subprocess.Popen[bytes]:
    number = theirs.fileno()
    return subprocess.Popen(  # noqa: S603 - this interpreter, and a number
        [sys.executable, "-P", "-c", _BOOT, _ROOT, str(number)],
        pass_fds=(number,),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env={**os.environ, **_ONE_THREAD},
    )
