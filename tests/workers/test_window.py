"""The window between the workers' threads and the consumer, step by step."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from seawall.contracts import WorkerDeath
from seawall.errors import UsageError
from seawall.workers.window import Retry, Task, Window


def window_of(count: int, stopped: list[bool]) -> Window[int, Any]:
    """A window over the numbers up to `count`; it stops when `stopped` has something in it."""
    return Window(range(count), 4, lambda: bool(stopped))


def taken(window: Window[int, Any]) -> Task[int]:
    """The next item, which must be there."""
    task = window.take()
    assert task is not None
    return task


def next_begun(window: Window[int, Any]) -> threading.Event:
    """Set as soon as another thread has taken the next item."""
    begun = threading.Event()

    def take() -> None:
        window.take()
        begun.set()

    threading.Thread(target=take, daemon=True).start()
    return begun


def test_a_suspect_waits_for_what_is_in_work() -> None:
    """An item whose worker died is begun only when the last item in work is finished."""
    window = window_of(2, [])
    other, suspect = taken(window), taken(window)
    window.killed(suspect, "SIGKILL")
    begun = next_begun(window)

    assert not begun.wait(0.3)
    window.finish(other, "done")
    assert begun.wait(30)


def test_nothing_is_begun_beside_a_suspect() -> None:
    """While an item is tried again, the next one waits, and comes after it."""
    window = window_of(2, [])
    window.killed(taken(window), "SIGKILL")
    suspect = taken(window)
    begun = next_begun(window)

    assert not begun.wait(0.3)
    window.finish(suspect, "done")
    assert begun.wait(30)


def test_a_second_death_alone_is_the_item_s() -> None:
    """Killed, tried again, killed again: the retry is told first, then the death."""
    window = window_of(1, [])
    window.killed(taken(window), "SIGKILL")
    window.killed(taken(window), "SIGSEGV")

    assert list(window.outcomes()) == [Retry(0, "SIGKILL"), WorkerDeath(0, "SIGSEGV")]


def test_after_stop_a_second_death_accuses_nobody() -> None:
    """A SIGTERM to the whole group kills the worker of a suspect too: no death is told."""
    stopped: list[bool] = []
    window = window_of(1, stopped)
    window.killed(taken(window), "SIGKILL")
    alone = taken(window)
    stopped.append(True)
    window.killed(alone, "SIGTERM")

    assert list(window.outcomes()) == [Retry(0, "SIGKILL")]


def test_a_window_that_was_left_is_no_end() -> None:
    """Somebody who still consumes a window that was left is told, also while work goes on."""
    window = window_of(3, [])
    taken(window)

    assert window.leave()
    with pytest.raises(UsageError, match="closed before"):
        next(window.outcomes())
