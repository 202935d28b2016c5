"""How patiently a source is read, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from seawall.contracts import Failure

__all__ = ["Read", "Stop", "Terms", "Unread"]


@dataclass(frozen=True, slots=True)
class Terms:
    """How long and how often: `deadline_s` is over all attempts and the waits between them.

    `max_attempts` counts the first. A wait is random between 0 and initial_s × multiplier^n, at most
    max_wait_s (full jitter), or just that without `jitter`. Without `bounded` a source that touches
    neither a network nor foreign code is read in this process, which no time can end.
    """

    attempt_timeout_s: float = 60.0
    deadline_s: float = 300.0
    max_attempts: int = 4
    initial_s: float = 0.5
    multiplier: float = 2.0
    max_wait_s: float = 15.0
    jitter: bool = True
    bounded: bool = True


@dataclass(frozen=True, slots=True)
class Read:
    """The rows are in the file at `path`; `as_of` is when they are from, where the source says so."""

    path: Path
    rows: int
    bytes: int
    attempts: int
    seconds: float
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """No attempt succeeded: the last failure, and the first where that is another one.

    `given_up` says why attempts were not made that were left and might have helped.
    """

    last: Failure
    first: Failure
    attempts: int
    seconds: float
    given_up: str = ""


class Stop(Protocol):
    """A person's or a scheduler's word that the run shall end."""

    signal_number: int

    def __call__(self) -> bool:
        """Whether it was given."""
        ...

    def wait(self, seconds: float) -> bool:
        """Whether it was given within so many seconds; returns at once when it is."""
        ...
