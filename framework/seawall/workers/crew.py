"""Threads that live as long as their executor."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Sequence
from functools import partial
from queue import SimpleQueue
from typing import Any

from seawall.errors import UsageError
from seawall.workers.window import Window

__all__ = ["Crew"]

Order = Callable[[], object]
Serve = Callable[[Window[Any, Any]], None]


class Crew:
    """Named threads, each with its own line of orders, which it carries out one after another."""

    def __init__(self, size: int) -> None:
        self._window: Window[Any, Any] | None = None
        self._lines: list[SimpleQueue[Order | None]] = [SimpleQueue() for _ in range(size)]
        # Daemons: a second Ctrl-C while the last items finish must be able to end the process.
        self._threads = [
            threading.Thread(target=_live, args=(line,), name=f"seawall-{seat}", daemon=True)
            for seat, line in enumerate(self._lines)
        ]
        for thread in self._threads:
            thread.start()

    def serve(self, window: Window[Any, Any], serves: Sequence[Serve]) -> None:
        """Each thread serves the window in its own way; with fewer ways the last threads rest."""
        if self._window is not None and not self._window.abandoned:
            raise UsageError(
                "the executor is asked while an earlier call is not consumed",
                todo="consume the earlier call's outcomes to their end, or close them",
            )
        self._window = window
        self.order([partial(_serve, window, serve) for serve in serves])

    def order(self, orders: Sequence[Order]) -> None:
        """Each thread has its order in line."""
        for line, order in zip(self._lines, orders, strict=False):
            line.put(order)

    def leave(self) -> bool:
        """Nothing new begins, also if the consumer kept its call open; true if work goes on."""
        return self._window is not None and self._window.leave()

    def dismiss(self) -> None:
        """Every order that was given is carried out and every thread has ended."""
        self.leave()
        for line in self._lines:
            line.put(None)
        for thread in self._threads:
            thread.join()


def _serve(window: Window[Any, Any], serve: Serve) -> None:
    try:
        serve(window)
    except BaseException as error:  # noqa: BLE001 - the consumer's thread raises it again
        window.fail(error)


def _live(line: SimpleQueue[Order | None]) -> None:
    # Ctrl-C is the main thread's, and worker processes that start from here inherit the mask:
    # a terminal sends it to the whole group, and it is for the parent to decide.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    for order in iter(line.get, None):
        order()
        del order  # it holds the work and the items
