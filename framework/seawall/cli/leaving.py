"""The end of a process whose libraries may have threads of their own."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from contextlib import suppress

__all__ = ["leave"]

_TOOLS = 6


def leave(code: int) -> None:
    """The process has ended with the code; nothing has happened where a profiler watches it.

    Threads that want to be waited for were, functions registered for the end were called, and what
    was printed is out. What comes after that in Python's own end is left out: it takes the
    interpreter apart while threads of native libraries run. One of Arrow's that lets go of bytes of
    Python's asks for the interpreter then, is ended in the middle of C++, and the whole process with
    it: SIGABRT, after everything was done.
    """
    if _watched():
        return
    with suppress(KeyboardInterrupt):  # as at Python's own end, it cuts the waiting short
        threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001 - multiprocessing does so, too
    atexit._run_exitfuncs()  # noqa: SLF001 - as multiprocessing does
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # gone, closed, or none
            stream.flush()
    os._exit(code)


def _watched() -> bool:
    """Whether a profiler, a debugger or a measure of coverage waits for the program to come back."""
    tools = getattr(sys, "monitoring", None)  # since Python 3.12
    monitored = tools is not None and any(tools.get_tool(number) for number in range(_TOOLS))
    return monitored or sys.gettrace() is not None or sys.getprofile() is not None
