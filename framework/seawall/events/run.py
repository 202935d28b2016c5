"""What a run tells of itself, from its beginning to its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from seawall.contracts import Account, Finding
from seawall.events.base import Event

__all__ = [
    "AlertFailed",
    "PlanReady",
    "ReplayBegins",
    "ResumeRefused",
    "RunEnded",
    "RunStarted",
    "VersionPublished",
    "ViewFailed",
]


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
class ReplayBegins(Event):
    """So many rows that a version left in quarantine are run again; `left` others stay there."""

    version: int
    by_run: str
    rows: int
    left: int


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
