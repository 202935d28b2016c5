"""A signal that comes while a command still reads its file and loads its libraries."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from seawall.cli.terminal import warn

__all__ = ["stopped_early"]


@contextmanager
def stopped_early() -> Iterator[None]:
    """Within, SIGTERM ends the process with a word and 143: nothing was begun that could be left behind."""

    def end(number: int, _frame: object) -> None:
        warn("stopped before anything was begun")
        os._exit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
