"""What the ledger answers, as values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from seawall.contracts import Account, Example, Finding, Scalar

__all__ = [
    "ChunkRow",
    "LookupRow",
    "NoteRow",
    "ReasonRow",
    "RehearsalRow",
    "RunDetail",
    "RunRow",
    "SeenRange",
    "StageRow",
]


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run. `state` is killed when it says running and its process is gone from this host.

    `replays` is the run whose rows in quarantine it runs again; '' where it runs a whole batch.
    """

    run_id: str
    pipeline: str
    batch: str
    state: str
    exit: int | None
    started_at: datetime
    ended_at: datetime | None
    host: str
    pid: int
    config_path: str
    replays: str
    plan_id: str
    chunks: int
    resumed_chunks: int
    rows_planned: int
    executor: str
    workers: int
    inner_threads: int
    version: int
    path: str
    account: Account
    degraded_rows: int
    degradations: Mapping[str, int]
    message: str
    seconds: float | None


@dataclass(frozen=True, slots=True)
class ChunkRow:
    """One chunk of a run: finished or failed."""

    chunk: str
    state: str
    account: Account
    seconds: float
    reused: bool
    filtered_by: Mapping[str, int]
    quarantined_by: Mapping[str, int]
    message: str


@dataclass(frozen=True, slots=True)
class SeenRange:
    """A value that a stage saw, over all chunks: its lowest and highest, and the sum of counts.

    `total` is None where adding up says nothing: for text, floats, extremes and the like.
    """

    lowest: Scalar
    highest: Scalar
    total: int | None


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stage, added up over the chunks that it was run on; `seconds` are of all workers."""

    stage: str
    chunks: int
    rows_in: int
    rows_out: int
    seconds: float
    seen: Mapping[str, SeenRange]


@dataclass(frozen=True, slots=True)
class LookupRow:
    """A lookup as the run pinned it: the links that serve it, and when the live read is from."""

    lookup: str
    rows: int
    sha256: str
    seconds: float
    reused: bool
    served_by: tuple[str, ...]
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class RehearsalRow:
    """What would have happened if the lookup had failed and this link had answered."""

    lookup: str
    link: str
    problem: str
    rows: int
    age_s: float | None
    coverage: float | None
    mean_change: float | None
    p99_change: float | None
    within_budget: bool


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """Why rows of the batch went to quarantine, or were warned of (`went`), with a few of them."""

    went: str
    reason: str
    rows: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class NoteRow:
    """Something of note: a retry, a refused resume, a failed alert."""

    at: datetime
    event: str
    fields: Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class RunDetail:
    """Everything that the ledger holds about a run; `degraded_columns` describes degraded rows alone."""

    run: RunRow
    chunks: tuple[ChunkRow, ...]
    stages: tuple[StageRow, ...]
    lookups: tuple[LookupRow, ...]
    rehearsals: tuple[RehearsalRow, ...]
    reasons: tuple[ReasonRow, ...]
    findings: tuple[Finding, ...]
    notes: tuple[NoteRow, ...]
    columns: Mapping[str, Mapping[str, Scalar]]
    degraded_columns: Mapping[str, Mapping[str, Scalar]]

    @property
    def filtered_by(self) -> dict[str, int]:
        """Rows filtered, by filter, the most first."""
        return _added_up(chunk.filtered_by for chunk in self.chunks)

    @property
    def quarantined_by(self) -> dict[str, int]:
        """Rows quarantined, by reason, the most first."""
        return _added_up(chunk.quarantined_by for chunk in self.chunks)


def _added_up(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    return dict(total.most_common())
