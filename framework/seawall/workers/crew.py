"""Threads that live as long as their executor."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import Generic, TypeVar

from seawall.workers.window import Window

__all__ = ["Crew", "Order", "Serving"]

T = TypeVar("T")
R = TypeVar("R")
Order = Callable[[], object]


class Crew:
    """Named threads, each with its own line of orders, which it carries out one after another."""

    def __init__(self, size: int) -> None:
        self._lines: list[SimpleQueue[Order | None]] = [SimpleQueue() for _ in range(size)]
        # Daemons: a second Ctrl-C while the last items finish must be able to end the process.
        self._threads = [
            threading.Thread(target=_live, args=(line,), name=f"seawall-{seat}", daemon=True)
            for seat, line in enumerate(self._lines)
        ]
        for thread in self._threads:
            thread.start()

    def order(self, orders: Sequence[Order]) -> None:
        """Each thread has its order in line; with fewer orders than threads the last get none."""
        for line, order in zip(self._lines, orders, strict=False):
            line.put(order)

    def dismiss(self) -> None:
        """Every order that was given is carried out and every thread has ended."""
        for line in self._lines:
            line.put(None)
        for thread in self._threads:
            thread.join()


class Serving(Generic[T, R]):
    """An order: errors of serving a window go to the window's consumer, all of them."""

    def __init__(self, window: Window[T, R], serve: Callable[[Window[T, R]], None]) -> None:
        self._window, self._serve = window, serve

    def __call__(self) -> None:
        """The window has nothing left to begin."""
        try:
            self._serve(self._window)
        except BaseException as error:  # noqa: BLE001 - the consumer's thread raises it again
            self._window.fail(error)


def _live(line: SimpleQueue[Order | None]) -> None:
    # Ctrl-C is the main thread's, and worker processes that start from here inherit the mask:
    # a terminal sends it to the whole group, and it is for the parent to decide.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    for order in iter(line.get, None):
        order()
        del order  # it holds the work and the items
