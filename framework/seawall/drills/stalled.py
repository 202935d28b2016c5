"""Local files that cannot be opened for a while, as on a network filesystem whose server is gone."""

from __future__ import annotations

import fcntl
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from seawall.errors import StorageError
from seawall.isolation import kin

__all__ = ["stalled"]

_READY = b"r"
_FOREVER_S = 3_600.0


def stalled(files: Sequence[Path], seconds: float | None) -> None:
    """Whoever opens one of the files waits in the kernel so long, None for as long as that allows.

    A child process holds a lease on each, and ends with this process; the kernel breaks a lease
    after 45 seconds. The calling process has one thread. StorageError where the filesystem has no
    leases.
    """
    heard, told = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(heard)
        _hold(files, told, _FOREVER_S if seconds is None else seconds)
    os.close(told)
    ready = os.read(heard, 1)
    os.close(heard)
    if ready != _READY:
        raise StorageError("a file cannot be stalled here", str(files[0]), "no lease was granted")


def _hold(files: Sequence[Path], told: int, seconds: float) -> NoReturn:
    """Never returns. The time begins with the first reader, who is told of by SIGIO."""
    try:
        kin.end_with_parent()
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGIO})
        for path in files:
            fcntl.fcntl(os.open(path, os.O_RDWR), fcntl.F_SETLEASE, fcntl.F_WRLCK)
        os.write(told, _READY)
        signal.sigtimedwait({signal.SIGIO}, _FOREVER_S)
        time.sleep(seconds)
    finally:
        os._exit(0)
