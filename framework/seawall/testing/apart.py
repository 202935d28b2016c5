"""A source read in a forked process, and what it leaves there."""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from seawall.calling import said

__all__ = ["apart", "can_fork"]

_ENDED, _TOLD = "ended", "told.json"
_POLL_S = 0.005


def can_fork() -> bool:
    """Whether this system has what the laws of a forked process need."""
    return hasattr(os, "fork")


def apart(read: Callable[[], object], folder: Path, *, timeout_s: float) -> dict[str, Any]:
    """What became of the call in a fork of this process.

    `error` is what it raised or how it ended, '' for nothing; `printed` what it wrote to standard
    output; `threads` and `children` what is alive behind it and would keep a process from ending.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forks in processes with threads
        child = os.fork()
    if not child:
        _told_and_ended(read, folder)
    status = _waited(child, time.monotonic() + timeout_s)
    printed = (folder / "stdout").read_text(errors="replace")
    told = folder / _TOLD
    if not told.exists():
        return {"error": f"it {status}", "printed": printed, "threads": [], "children": []}
    return {**json.loads(told.read_text()), "printed": printed}


def _waited(child: int, deadline: float) -> str:
    """How the process ended; it is killed when its time is up."""
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            code = os.waitstatus_to_exitcode(status)
            return f"ended with {'signal' if code < 0 else 'exit code'} {abs(code)}"
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return "did not come to an end"
        time.sleep(_POLL_S)


def _told_and_ended(read: Callable[[], object], folder: Path) -> None:
    """The process is gone, and nothing of the parent's was flushed or closed twice."""
    try:
        out = os.open(folder / "stdout", os.O_WRONLY | os.O_CREAT, 0o600)
        os.dup2(out, 1)
        sys.stdout = os.fdopen(1, "w", closefd=False)
        told = {"error": _error_of(read), "threads": _threads(), "children": _children()}
        sys.stdout.flush()
        (folder / _TOLD).write_text(json.dumps(told))
    finally:
        os._exit(0)


def _error_of(read: Callable[[], object]) -> str:
    try:
        read()
    except BaseException as error:  # noqa: BLE001 - the border of foreign code
        return f"it raised {type(error).__name__}: {said(error)}"
    gc.collect()
    return ""


def _threads() -> list[str]:
    """Those that the interpreter waits for; a library's daemons end with the process."""
    others = (thread for thread in threading.enumerate() if thread is not threading.main_thread())
    return [thread.name for thread in others if not thread.daemon and thread.is_alive()]


def _children() -> list[int]:
    import psutil

    return [child.pid for child in psutil.Process().children(recursive=True)]
