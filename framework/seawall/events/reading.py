"""What a run tells of its sources."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from seawall.events.base import Event

__all__ = [
    "AttemptFailed",
    "BreakerChanged",
    "InputChanged",
    "InputWaited",
    "LinkTried",
    "LookupRead",
    "LookupRehearsed",
    "PrimaryRead",
    "ReadBegins",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupRead(Event):
    """A lookup was resolved and pinned, or the pinned one of an interrupted plan was taken.

    `served_by` names the links that answer, in the order of the chain; `as_of` is when the live
    read is from.
    """

    lookup: str
    rows: int
    sha256: str
    seconds: float
    reused: bool
    served_by: tuple[str, ...] = ("live",)
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBegins(Event):
    """A source is asked; the times are the effective ones, in seconds."""

    source: str
    attempt_timeout_s: float
    deadline_s: float
    max_attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptFailed(Event):
    """An attempt at reading a source failed; `wait_s` is None when it is not tried again."""

    source: str
    attempt: int
    problem: str
    seconds: float
    wait_s: float | None
    trace: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkTried(Event):
    """A link of a lookup's chain was asked; `problem` is '' where it answered all that it had to."""

    lookup: str
    link: str
    problem: str
    attempts: int
    seconds: float
    rows: int
    coverage: float | None
    as_of: datetime | None
    keys: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrimaryRead(Event):
    """The primary was read from its upstream and pinned as a file in the plan's folder."""

    source: str
    rows: int
    bytes: int
    attempts: int
    seconds: float
    reused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InputChanged(Event):
    """A file of the primary changed while it was read; the run makes a new plan, once."""

    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InputWaited(Event):
    """The input was late; it came after so many seconds, or did not (`came` is false)."""

    source: str
    seconds: float
    came: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerChanged(Event):
    """A circuit breaker went into another state: closed, open or half-open."""

    source: str
    state: str
    failures: int
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupRehearsed(Event):
    """What would have happened to this healthy run if the lookup had failed and this link had answered.

    `problem` says why it would not have; shares are of the sampled rows; the changes are of the
    first output, over the sampled rows.
    """

    lookup: str
    link: str
    problem: str
    rows: int
    age_s: float | None
    coverage: float | None
    mean_change: float | None
    p99_change: float | None
    within_budget: bool
