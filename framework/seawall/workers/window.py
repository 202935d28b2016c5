"""The items of one call, handed out so that only so many are begun and not yet consumed."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from seawall.contracts import Cause, WorkerDeath
from seawall.errors import SoftwareError, UsageError

__all__ = ["Retry", "Task", "Window"]

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Task(Generic[T]):
    """An item and its place in the sequence; `alone` if nothing else is in work beside it."""

    place: int
    item: T
    alone: bool


@dataclass(frozen=True, slots=True)
class Retry:
    """The item at `place` is tried again alone, because its worker died."""

    place: int
    reason: str


class Window(Generic[T, R]):
    """Stands between the workers' threads, which take and finish, and the one consumer.

    A suspect (an item whose worker died) is begun when nothing else is in work, and nothing else
    is begun beside it: a worker that dies then names its culprit, and one that ran out of memory
    gets all of it.
    """

    def __init__(
        self, items: Sequence[T], size: int, stop: Callable[[], bool], *, tries: int = 2
    ) -> None:
        self._items, self._size, self._stop = items, size, stop
        self._wary = tries == 1
        self._changed = threading.Condition()
        self._next = 0
        self._unconsumed = 0
        self._in_work = 0
        self._alone = False
        self._suspects: deque[Retry] = deque()
        self._ready: deque[R | WorkerDeath | Retry] = deque()
        self._closed = False
        self._abandoned = False
        self._error: BaseException | None = None

    @property
    def abandoned(self) -> bool:
        """Whether the consumer has gone, so that nobody waits for what is in work."""
        return self._abandoned

    def take(self) -> Task[T] | None:
        """The next item, now in work; None when none will be begun any more."""
        with self._changed:
            while not (self._closed or self._over()):
                if self._may_begin():
                    if not self._stop():
                        return self._begin()
                    self._close()
                else:
                    self._changed.wait()
            return None

    def finish(self, task: Task[T], result: R) -> None:
        """The task is done and its result waits for the consumer."""
        with self._changed:
            self._leave(task)
            self._ready.append(result)

    def killed(self, task: Task[T], reason: str, cause: Cause = "crashed") -> None:
        """The task's worker died: a suspect now, or the culprit if it was alone.

        After `stop()` nobody is accused: a SIGTERM to the whole group kills workers too.
        """
        with self._changed:
            self._leave(task)
            if not task.alone:
                self._suspects.append(Retry(task.place, reason))
            elif not self._stop():
                self._ready.append(WorkerDeath(task.place, reason, cause))

    def fail(self, error: BaseException) -> None:
        """The consumer gets the error and nothing new begins."""
        if isinstance(error, SystemExit):  # else the process would exit as if it were done
            error = SoftwareError("the work called sys.exit", seen=f"code {error.code!r}")
        with self._changed:
            self._error = self._error or error
            self._close()

    def outcomes(self) -> Iterator[R | WorkerDeath | Retry]:
        """What comes back, as it comes."""
        while self._wait():
            yield self._consume()

    def leave(self) -> bool:
        """The consumer has gone and nothing new begins; true if something is still in work."""
        with self._changed:
            self._abandoned = True
            self._close()
            return self._in_work > 0

    def _wait(self) -> bool:
        with self._changed:
            while not (self._error or self._ready or self._abandoned or self._over()):
                self._changed.wait()
            if self._error:
                raise self._error
            if self._abandoned:  # an end here would look as if every item had come back
                raise UsageError("the executor was closed before its outcomes were consumed")
            return bool(self._ready)

    def _consume(self) -> R | WorkerDeath | Retry:
        with self._changed:
            outcome = self._ready.popleft()
            if not isinstance(outcome, Retry):
                self._unconsumed -= 1
                self._changed.notify_all()
            return outcome

    def _over(self) -> bool:
        left = self._next < len(self._items) or self._suspects
        return self._in_work == 0 and (self._closed or not left)

    def _may_begin(self) -> bool:
        if self._suspects or self._alone:
            return self._in_work == 0
        return self._next < len(self._items) and self._unconsumed < self._size

    def _begin(self) -> Task[T]:
        self._in_work += 1
        if self._suspects:
            return self._begin_suspect(self._suspects.popleft())
        place = self._next
        self._next += 1
        self._unconsumed += 1
        self._alone = self._wary
        return Task(place, self._items[place], alone=self._wary)

    def _begin_suspect(self, suspect: Retry) -> Task[T]:
        self._alone = True
        self._ready.append(suspect)
        self._changed.notify_all()
        return Task(suspect.place, self._items[suspect.place], alone=True)

    def _leave(self, task: Task[T]) -> None:
        self._in_work -= 1
        if task.alone:
            self._alone = False
        self._changed.notify_all()

    def _close(self) -> None:
        self._closed = True
        self._changed.notify_all()
