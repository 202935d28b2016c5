"""What a run tells the world, one small value an occasion. Every field can be logged as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from seawall.contracts import Account, Example, Finding, Scalar

__all__ = [
    "AlertFailed",
    "AttemptFailed",
    "BreakerChanged",
    "ChunkFailed",
    "ChunkFinished",
    "ChunkRetried",
    "Event",
    "InputChanged",
    "InputWaited",
    "LinkTried",
    "LookupRead",
    "LookupRehearsed",
    "PlanReady",
    "PrimaryRead",
    "ReadBegins",
    "RepeatsCounted",
    "ReplayBegins",
    "ResumeRefused",
    "RowsQuarantined",
    "RowsWarned",
    "RunEnded",
    "RunProfiled",
    "RunStarted",
    "StageFinished",
    "VersionPublished",
    "ViewFailed",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened in a run."""

    run_id: str
    at: datetime

    @property
    def name(self) -> str:
        """The event's name as logs spell it: words with blanks between."""
        return re.sub(r"(?<!^)(?=[A-Z])", " ", type(self).__name__).lower()

    def values(self) -> dict[str, Any]:
        """The event's own fields, in order, without the run and the time."""
        own = (f.name for f in fields(self) if f.name not in {"run_id", "at"})
        return {name: getattr(self, name) for name in own}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted(Event):
    """A run begins: the next thing that it does is to take the batch's lock.

    `replays` is the run whose rows in quarantine it runs again; '' where it runs a whole batch.
    """

    pipeline: str
    batch: str
    config_path: str
    host: str
    pid: int
    replays: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeRefused(Event):
    """An interrupted plan is there and cannot be used: `changed` says what is different."""

    earlier_run: str
    changed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanReady(Event):
    """Everything is pinned: `chunks` in all, `reused` of them finished by earlier runs of the plan."""

    plan_id: str
    chunks: int
    reused: int
    rows: int
    executor: str
    workers: int
    inner_threads: int


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
class RepeatsCounted(Event):
    """The unique columns were read: in so many of `rows` rows a value repeats that of an earlier row."""

    rows: int
    repeats: Mapping[str, int]
    seconds: float


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


@dataclass(frozen=True, slots=True, kw_only=True)
class StageFinished(Event):
    """A stage is done with a chunk: the values that it saw."""

    chunk: str
    stage: str
    rows_in: int
    rows_out: int
    seconds: float
    seen: Mapping[str, Scalar]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkFinished(Event):
    """A chunk is done and its receipt is written (or was, by an earlier run: `reused`)."""

    chunk: str
    account: Account
    filtered: Mapping[str, int]
    quarantined: Mapping[str, int]
    seconds: float
    reused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkRetried(Event):
    """A worker died under a chunk, which is tried again alone."""

    chunk: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkFailed(Event):
    """A chunk failed; the run stops."""

    chunk: str
    error: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayBegins(Event):
    """So many rows that a version left in quarantine are run again; `left` others stay there."""

    version: int
    by_run: str
    rows: int
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunProfiled(Event):
    """All chunks added up: a column's rows, nulls, mean, std and quantiles, by column.

    `degraded` describes the rows that a fallback served apart; it is empty without any.
    """

    rows: int
    columns: Mapping[str, Mapping[str, Scalar]]
    degraded: Mapping[str, Mapping[str, Scalar]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsQuarantined(Event):
    """How many rows of the whole batch left for quarantine for one reason, with a few of them."""

    reason: str
    rows: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsWarned(Event):
    """How many rows of the whole batch broke a test that only warns, with a few of them; they stay."""

    reason: str
    rows: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionPublished(Event):
    """The commit point is passed: readers see the new version."""

    version: int
    path: str
    account: Account
    degraded_rows: int = 0
    degradations: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewFailed(Event):
    """The version is committed, and the file that readers see could not be replaced yet."""

    version: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFailed(Event):
    """An alert could not be delivered; the run's outcome is unchanged."""

    address: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnded(Event):
    """The run is over.

    `state` is published, already published, held, stopped, failed or interrupted; `exit` the
    command's exit code; `version` the one that is live now (0 for none). `degraded_rows` were scored
    with a fallback's values, `degradations` counts them by `lookup=link`.
    """

    pipeline: str
    batch: str
    state: str
    exit: int
    version: int
    path: str
    account: Account
    findings: tuple[Finding, ...]
    message: str
    seconds: float
    degraded_rows: int = 0
    degradations: Mapping[str, int] = field(default_factory=dict)
