"""What steps, models and plug-ins print is no part of a command's answer."""

from __future__ import annotations

import atexit
import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from typing import TextIO, cast

from seawall.workers.flood import Throttled

__all__ = ["foreign_output"]

_STDOUT, _STDERR = 1, 2


@contextmanager
def foreign_output(stream: TextIO | None = None) -> Iterator[None]:
    """Meanwhile what is written to standard output goes to standard error, and at the process's end.

    What Python prints goes to `stream`, if there is one; what C code, child processes and workers
    write goes to the descriptor. Of a flood of what Python prints, and of warnings, only so much is
    shown that the rest can be read.
    """
    sys.stdout.flush()
    atexit.register(
        _flush
    )  # called behind those of the foreign code: C's buffers end with the process
    kept = os.dup(_STDOUT)
    os.dup2(_STDERR, _STDOUT)
    try:
        with _throttled(stream or sys.stderr):
            yield
    finally:
        _flush()
        os.dup2(kept, _STDOUT)
        os.close(kept)
        # The last function that is registered is the first to be called, so this stands before
        # those of the foreign code, which may print, too.
        atexit.register(_leave)


@contextmanager
def _throttled(stream: TextIO) -> Iterator[None]:
    """What is printed goes to the stream, what goes to standard error stays there; a flood is counted."""
    printed, told = Throttled(stream), Throttled(sys.stderr)
    try:
        with redirect_stdout(cast("TextIO", printed)), redirect_stderr(cast("TextIO", told)):
            yield
    finally:
        for each in (printed, told):
            each.tell()


def _flush() -> None:
    """Nothing that waits in a buffer of Python's or C's can come out later."""
    with suppress(OSError, ValueError, AttributeError):  # closed, or none, or replaced
        sys.__stdout__.flush()  # type: ignore[union-attr]  # None is an AttributeError
    library = ctypes.CDLL(None)
    with suppress(ValueError):  # where C's standard output has another name
        library.fflush(ctypes.c_void_p.in_dll(library, "stdout"))


def _leave() -> None:
    with suppress(OSError, ValueError):
        sys.stdout.flush()
    os.dup2(_STDERR, _STDOUT)
    sys.stdout = sys.stderr
