"""Chunks in threads of this process: half the memory of processes, and one import."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Self, TypeVar

from seawall.contracts import WorkerDeath
from seawall.workers.crew import Crew
from seawall.workers.limits import limit_thread, limited_process
from seawall.workers.window import Retry, Window

__all__ = ["ThreadExecutor"]

T = TypeVar("T")
R = TypeVar("R")


class ThreadExecutor:
    """Each thread takes a whole item at a time; what it calls is held to `inner_threads` threads.

    At most two items a worker are begun and not consumed. A consumer that leaves has the items in
    work finished for nothing, since a thread cannot be killed.
    """

    def __init__(self, workers: int, inner_threads: int) -> None:
        self._workers, self._inner_threads = workers, inner_threads
        self._open = ExitStack()

    def __enter__(self) -> Self:
        """The threads wait for work."""
        self._open.enter_context(limited_process(self._workers, self._inner_threads))
        self._crew = Crew(self._workers)
        self._open.callback(self._crew.dismiss)
        return self

    def __exit__(self, *exc: object) -> None:
        """The threads have ended and the libraries have their threads back."""
        self._open.close()

    def outcomes(
        self,
        work: Callable[[T], R],
        items: Sequence[T],
        stop: Callable[[], bool],
        *,
        tries: int = 2,
    ) -> Iterator[R | WorkerDeath]:
        """The result of each item, as it comes; what `work` raises is raised here."""
        window: Window[T, R] = Window(items, 2 * self._workers, stop, tries=tries)
        serve = partial(_serve, work, self._inner_threads)
        self._crew.serve(window, [serve] * min(self._workers, len(items)))
        try:
            for outcome in window.outcomes():
                assert not isinstance(outcome, Retry)  # noqa: S101 - threads have no deaths
                yield outcome
        finally:
            window.leave()


def _serve(work: Callable[[T], R], inner_threads: int, window: Window[T, R]) -> None:
    while (task := window.take()) is not None:
        limit_thread(inner_threads)
        window.finish(task, work(task.item))
