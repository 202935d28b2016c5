"""What a run is asked to do, and what came of it."""

from __future__ import annotations

import os
import secrets
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from seawall.config.load import LoadedConfig
from seawall.contracts import Account, Finding
from seawall.disk import Disk
from seawall.errors import Exit, SeawallError
from seawall.events import LookupRehearsed
from seawall.isolation import Isolation
from seawall.lookups.breaker import Breakers

__all__ = ["Order", "Release", "Replay", "RunResult", "StopRequest", "new_run_id"]

State = Literal[
    "published",
    "already published",
    "nothing to replay",
    "released",
    "already released",
    "not released",
    "tried",
    "held",
    "stopped",
    "failed",
    "interrupted",
]


class StopRequest:
    """Set by a signal, or when the run's time is up: it stops at the next chunk's border."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self.signal_number = 0

    def set(self, signal_number: int) -> None:
        """The run is asked to stop."""
        self.signal_number = signal_number
        self._event.set()

    def expire(self) -> None:
        """The run is asked to stop, and not by a signal: its time is up."""
        self._event.set()

    def __call__(self) -> bool:
        """Whether the run was asked to stop."""
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Whether the run was asked to stop within so many seconds; it returns at once when it is."""
        return self._event.wait(seconds)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Replay:
    """Which rows are run again: those that a published run left in quarantine, for a reason or any.

    `version` is the one that the run found published, where it did not publish one itself.
    """

    run_id: str
    version: int = 0
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """A person's word that what the gate refused is published, and why."""

    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Order:
    """One attempt at one batch: what is run, how, and what the world looks like from here.

    With `replay` only rows in quarantine are run, and added to the version that is live. `usual_s` is
    how long the pipeline's last runs took, the newest first.
    """

    loaded: LoadedConfig
    batch: str
    run_id: str
    executor: Literal["threads", "processes"] | None = None
    workers: int | None = None
    inner_threads: int | None = None
    force: bool = False
    env: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)
    now: Callable[[], datetime] = _now
    stop: StopRequest = field(default_factory=StopRequest)
    host: str = field(default_factory=socket.gethostname)
    pid: int = field(default_factory=os.getpid)
    breakers: Breakers | None = None
    replay: Replay | None = None
    usual_s: Sequence[float] = ()
    isolation: Callable[..., Isolation] = Isolation
    disk: Disk = field(default_factory=Disk, repr=False)

    @property
    def grace_s(self) -> float:
        """How long the chunks in work may take once the run was asked to stop."""
        return self.loaded.config.limits.grace.total_seconds()


@dataclass(frozen=True, slots=True)
class RunResult:
    """What came of a run.

    `account` balances for what was published; where nothing was, its `published` is 0 and the rows
    that were scored are in no place. `version` is the one that is live after it (0 for none), `path`
    the file that readers see, `reused_chunks` how many chunks an earlier run had finished, `error`
    why nothing was published. `degraded_rows` were scored with a fallback's values, `degradations`
    counts them by `lookup=link`; `rehearsals` says what would have happened if a lookup had failed;
    `replayed` is where the rows went that a replay took out of quarantine. `reasons` counts the rows
    that went into quarantine, those of a replay again, by why they did. `behind` says why readers
    don't see the version yet, '' where they do.
    """

    run_id: str
    pipeline: str
    batch: str
    state: State
    exit: Exit
    version: int
    path: str
    account: Account
    findings: tuple[Finding, ...]
    chunks: int
    reused_chunks: int
    seconds: float
    error: SeawallError | None = None
    degraded_rows: int = 0
    degradations: Mapping[str, int] = field(default_factory=dict)
    rehearsals: tuple[LookupRehearsed, ...] = ()
    replayed: Account | None = None
    reasons: Mapping[str, int] = field(default_factory=dict)
    behind: str = ""

    @property
    def strict_exit(self) -> Exit:
        """As `exit`; IOERR where readers don't see the version yet, DEGRADED where fallbacks served rows."""
        if self.exit != Exit.OK or not (self.behind or self.degraded_rows):
            return self.exit
        return Exit.IOERR if self.behind else Exit.DEGRADED

    @property
    def message(self) -> str:
        """The error's whole text, or '' when there is none."""
        return "" if self.error is None else str(self.error)


def new_run_id(now: datetime) -> str:
    """A name for a run that sorts by time: 20130701T020304-1f2e."""
    return f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"
