"""Chunks in worker processes: for stages that hold the interpreter lock or may crash."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Self, TypeVar

from seawall.contracts import WorkerDeath
from seawall.errors import SoftwareError
from seawall.workers.crew import Crew
from seawall.workers.process import WorkerKilledError, WorkerProcess
from seawall.workers.window import Retry, Window

__all__ = ["ProcessExecutor"]

T = TypeVar("T")
R = TypeVar("R")
_STARTS = 2


class ProcessExecutor:
    """Each process is led by a thread of its own, which hands it one item at a time.

    So the item of a process that dies is known, and no other one suffers. The work is pickled once
    and sent once to each process; processes stay for the next call. At most two items a worker are
    begun and not consumed. A consumer that leaves has the items in work killed. A process that
    needs more than `limit_s` seconds for an item is killed, too.
    """

    def __init__(
        self,
        workers: int,
        inner_threads: int,
        notify: Callable[[int, str], None],
        *,
        limit_s: float | None = None,
    ) -> None:
        self._notify = notify
        self._processes = [WorkerProcess(inner_threads, limit_s) for _ in range(workers)]
        self._sent: tuple[Any, bytes] | None = None

    def __enter__(self) -> Self:
        """The threads wait for work; a process starts with its first item."""
        self._crew = Crew(len(self._processes))
        return self

    def __exit__(self, *exc: object) -> None:
        """The processes and the threads have ended."""
        if self._crew.leave():
            self._kill()
        self._crew.order([process.close for process in self._processes])
        self._crew.dismiss()

    def outcomes(
        self,
        work: Callable[[T], R],
        items: Sequence[T],
        stop: Callable[[], bool],
        *,
        tries: int = 2,
    ) -> Iterator[R | WorkerDeath]:
        """The result of each item, as it comes; what `work` raises is raised here."""
        window: Window[T, R] = Window(items, 2 * len(self._processes), stop, tries=tries)
        serve = [partial(_serve, process, self._pickled(work)) for process in self._processes]
        self._crew.serve(window, serve[: len(items)])
        try:
            for outcome in window.outcomes():
                if isinstance(outcome, Retry):
                    self._notify(outcome.place, outcome.reason)
                else:
                    yield outcome
        finally:
            if window.leave():
                self._kill()

    def _pickled(self, work: Callable[[T], R]) -> bytes:
        """The same object for the same work, by which a process knows that it holds it."""
        from joblib.externals.loky.backend.reduction import dumps

        if self._sent is None or self._sent[0] is not work:
            self._sent = work, bytes(dumps(work))
        return self._sent[1]

    def _kill(self) -> None:
        for process in self._processes:
            process.kill()


def _serve(process: WorkerProcess, pickled: bytes, window: Window[T, Any]) -> None:
    while (task := window.take()) is not None:
        _prepare(process, pickled, window)
        if window.abandoned:  # whoever left has killed what there was, not what came since
            return
        try:
            result = process.answer(task.item)
        except WorkerKilledError as death:
            window.killed(task, death.reason, death.cause)
        else:
            window.finish(task, result)


def _prepare(process: WorkerProcess, pickled: bytes, window: Window[T, Any]) -> None:
    """A process holds the work, or the consumer has gone."""
    reason = ""
    for _ in range(_STARTS):
        if window.abandoned:
            return
        try:
            process.hold(pickled)
        except WorkerKilledError as death:
            reason = death.reason
        else:
            return
    raise SoftwareError(
        "worker processes die before their first chunk",
        "execution.executor",
        f"{reason}, {_STARTS} times in a row",
        todo="look at the memory that is left and at what the pipeline's modules do when imported",
    )
