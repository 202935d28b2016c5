"""What a run tells of its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from seawall.contracts import Account, Example, Scalar
from seawall.events.base import Event

__all__ = [
    "ChunkFailed",
    "ChunkFinished",
    "ChunkRetried",
    "RepeatsCounted",
    "RowsQuarantined",
    "RowsWarned",
    "RunProfiled",
    "ShapesFixed",
    "StageFinished",
]


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
class RepeatsCounted(Event):
    """The unique columns were read: in so many of `rows` rows a value repeats that of an earlier row."""

    rows: int
    repeats: Mapping[str, int]
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RunProfiled(Event):
    """All chunks added up: a column's rows, nulls, mean, std and quantiles, by column.

    `degraded` describes the rows that a fallback served apart; it is empty without any.
    """

    rows: int
    columns: Mapping[str, Mapping[str, Scalar]]
    degraded: Mapping[str, Mapping[str, Scalar]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapesFixed(Event):
    """How so many columns are counted, in all chunks alike, and how many of them from where.

    `problem` says why others are counted without a grid.
    """

    columns: int
    taken_from: Mapping[str, int]
    problem: str = ""


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
