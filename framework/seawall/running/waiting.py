"""A primary that is late: waited for as long as the file allows."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from seawall.config.ingest import FilePrimary
from seawall.config.templates import batch_key, fill
from seawall.errors import InterruptedRunError, UnavailableError
from seawall.events import InputWaited
from seawall.running.order import Order
from seawall.running.tell import Teller
from seawall.sources import below
from seawall.sources.files import matching

__all__ = ["Wait", "await_files", "patiently"]

_FIRST_S, _GROWTH, _LONGEST_S = 0.5, 1.5, 5.0
Clock = Callable[[], float]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wait:
    """How long the run waits for its input; who may end it, and who is told."""

    order: Order
    teller: Teller
    clock: Clock = time.monotonic

    @property
    def seconds(self) -> float:
        """As long as the file says; 0 for not at all."""
        declared = self.order.loaded.config.ingest.primary.wait_for
        return 0.0 if declared is None else declared.total_seconds()

    def until(self, came: Callable[[], bool]) -> bool:
        """Whether it came in time: asked at once, then at growing intervals of 5 s at most.

        InterruptedRunError as soon as the run is asked to stop.
        """
        begun, interval, here = self.clock(), _FIRST_S, came()
        while not here and self.clock() - begun < self.seconds:
            self._rest(interval)
            interval, here = min(interval * _GROWTH, _LONGEST_S), came()
        waited = self.clock() - begun
        if interval > _FIRST_S:
            self.teller.tell(InputWaited, source="primary", seconds=waited, came=here)
        return here

    def _rest(self, seconds: float) -> None:
        if self.order.stop.wait(seconds):
            number = self.order.stop.signal_number
            raise InterruptedRunError("stopped while the input was waited for", number)


def await_files(wait: Wait) -> None:
    """The primary's local files are there and grow no more; without `wait_for` nothing is looked at.

    Files that are there count when two looks, half a second apart or more, see the same names,
    sizes and times. UnavailableError when they still grow at the end; when there are none, it is the
    plan that says so.
    """
    loaded, primary = wait.order.loaded, wait.order.loaded.config.ingest.primary
    if not wait.seconds or not isinstance(primary, FilePrimary) or primary.remote:
        return
    files = _Files(below(loaded.root, fill(primary.path, batch_key(wait.order.batch))))
    if not wait.until(files.rest) and files.seen:
        raise UnavailableError(
            "the input is still being written",
            files.pattern,
            f"{len(files.seen):,} files that change, after {wait.seconds:g} s",
            "files that stay as they are",
            "declare a longer wait_for; or have them written under another name and renamed",
        )


def patiently(wait: Wait, read: Callable[[], T], *, enough: Callable[[T], bool]) -> T:
    """What `read` returns, once that is enough or `wait_for` is over.

    An UnavailableError of the last read is raised when the time is up.
    """
    last: list[T | UnavailableError] = []

    def came() -> bool:
        try:
            found = read()
        except UnavailableError as error:
            last[:] = [error]
            return False
        last[:] = [found]
        return enough(found)

    wait.until(came)
    (found,) = last
    if isinstance(found, UnavailableError):
        raise found
    return found


@dataclass(slots=True)
class _Files:
    """The files that match a pattern, as they were at the last look."""

    pattern: str
    seen: tuple[tuple[str, int, int], ...] = ()

    def rest(self) -> bool:
        """Whether there are files, the same as at the look before."""
        before, self.seen = self.seen, tuple(_looks(self.pattern))
        return bool(self.seen) and self.seen == before


def _looks(pattern: str) -> list[tuple[str, int, int]]:
    looks = []
    for path in matching(pattern):
        try:
            found = Path(path).stat()
        except FileNotFoundError:  # renamed between the listing and the look
            continue
        looks.append((path, found.st_size, found.st_mtime_ns))
    return looks
