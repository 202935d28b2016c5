"""Short ways to call foreign code, and to look what became of processes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import psutil

from seawall.isolation import Isolation, Reply

HERE = str(Path(__file__).parent)
GRACE_S = 0.4
LONG_S = 60.0
# What a call may take over its time and grace here: a busy machine is slow, a hang is for ever.
SLACK_S = 3.0


def never() -> bool:
    """No reason to stop."""
    return False


def ask(
    isolation: Isolation, name: str, folder: Path, *, timeout_s: float = LONG_S, **document: Any
) -> Reply:
    """The reply of a function in `foreign`."""
    handler = f"foreign:{name}"
    return isolation.call(handler, document, folder=folder, timeout_s=timeout_s, stop=never)


def left(pids: Iterable[int], within_s: float = 2.0) -> list[int]:
    """The processes that are still there when the time is up; zombies are gone."""
    until = time.monotonic() + within_s
    while (found := [pid for pid in pids if is_there(pid)]) and time.monotonic() < until:
        time.sleep(0.01)
    return found


def is_there(pid: int) -> bool:
    """Whether the process runs, sleeps or is stopped."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def eventually(holds: Callable[[], bool]) -> None:
    """Returns when it holds."""
    until = time.monotonic() + LONG_S
    while not holds():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.01)
