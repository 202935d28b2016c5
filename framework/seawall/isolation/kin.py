"""Processes that belong together: who dies with whom, who adopts whom, and who is left.

A process that can adopt (a subreaper, Linux) becomes the parent of every descendant whose own
parent has ended, whatever sessions and groups they made. Its direct children are therefore all
that can be left of the calls that it forked, and their numbers cannot be reused before it has
waited for them: a signal never reaches a stranger.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import threading
from pathlib import Path

__all__ = [
    "ADOPTS",
    "adopt",
    "children",
    "descendants",
    "die_with",
    "end_with_parent",
    "group_gets",
    "how",
]

ADOPTS = sys.platform == "linux"
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def adopt() -> None:
    """Orphaned descendants become children of this process, where the system can do that."""
    if ADOPTS:
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with(parent: int, lifeline: int) -> None:
    """This process ends with `parent`, which alone holds the other end of the pipe `lifeline`.

    Linux kills it even inside C code or stopped. Elsewhere a thread waits for the pipe's end.
    """
    if not ADOPTS:
        threading.Thread(target=end_with, args=(lifeline,), daemon=True).start()
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before the kernel was asked
        os._exit(1)


def end_with_parent() -> None:
    """This process is killed as soon as the one that forked it ends; Linux alone can do that."""
    if ADOPTS:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def end_with(lifeline: int) -> None:
    """Never returns: the process ends as soon as nobody holds the pipe's other end."""
    os.read(lifeline, 1)
    os._exit(1)


def children() -> list[int]:
    """This process's direct children, those included that ended and were not waited for."""
    try:
        listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii")
    except OSError:
        import psutil

        return [child.pid for child in psutil.Process().children()]
    return [int(pid) for pid in listed.split()]


def descendants(pid: int) -> list[int]:
    """All that the process started and that still hangs together with it."""
    import psutil

    try:
        return [child.pid for child in psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def group_gets(pid: int, number: int) -> None:
    """The process and its group got the signal; nothing happens where they are gone."""
    with contextlib.suppress(PermissionError):
        try:
            os.killpg(pid, number)
        except ProcessLookupError:  # gone, or so young that it leads no group yet
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


def how(code: int) -> str:
    """How a process ended, in words; `code` is negative for a signal."""
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"
