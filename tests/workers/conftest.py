"""What the executors' tests share: an executor of each kind, and a look at what runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import psutil
import pytest

from seawall.contracts import Executor
from seawall.workers import Kind, open_executor


@pytest.fixture
def retries() -> list[tuple[int, str]]:
    """What the executor told about retries: (item, reason)."""
    return []


@pytest.fixture
def opened(retries: list[tuple[int, str]]) -> Callable[..., Executor]:
    """Builds an executor; to be entered."""

    def build(kind: Kind = "processes", *, workers: int = 2, inner_threads: int = 1) -> Executor:
        def notify(item: int, reason: str) -> None:
            retries.append((item, reason))

        return open_executor(kind, workers=workers, inner_threads=inner_threads, notify=notify)

    return build


@pytest.fixture
def left() -> Callable[[], tuple[list[str], list[psutil.Process]]]:
    """The executors' threads and processes that are there now, and were not before the test."""
    before = set(psutil.Process().children(recursive=True))

    def look() -> tuple[list[str], list[psutil.Process]]:
        threads = [t.name for t in threading.enumerate() if t.name.startswith("seawall-")]
        children = psutil.Process().children(recursive=True)
        new = (child for child in children if child not in before)
        return threads, [child for child in new if not _is_tracker(child)]

    return look


def _is_tracker(child: psutil.Process) -> bool:
    """The trackers of semaphores, loky's and Python's, serve the whole process and end with it."""
    try:
        return "resource_tracker" in str(child.cmdline())
    except psutil.ZombieProcess:
        return False


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], None]:
    """Waits for something that must become true, at most 30 seconds."""

    def wait(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 30
        while not condition():
            assert time.monotonic() < deadline, "it did not become true"
            time.sleep(0.01)

    return wait
