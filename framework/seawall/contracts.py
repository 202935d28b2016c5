"""The plain values that pass between the parts of a run, and the protocols that an extension meets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self, TypeVar

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from seawall.events import Event

__all__ = [
    "Account",
    "ChunkRef",
    "Context",
    "EventSink",
    "Executor",
    "Finding",
    "Fragment",
    "LogEntry",
    "Predictor",
    "Scalar",
    "Severity",
    "Source",
    "Span",
    "StoredFile",
    "WorkerDeath",
]

T = TypeVar("T")
R = TypeVar("R")
Scalar = str | int | float | bool | None
Severity = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Fragment:
    """One file of a source as it was when the plan was made.

    `path` is absolute; `sha256` is of its bytes; `mtime_ns` only notices a change during the run.
    """

    path: str
    bytes: int
    sha256: str
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one fragment, [start, stop): row groups of Parquet, bytes of a text format.

    `skip` rows of the stretch come before the chunk, `rows` belong to it.
    """

    fragment: int
    start: int
    stop: int
    skip: int
    rows: int


@dataclass(frozen=True, slots=True)
class ChunkRef:
    """Where a chunk stands: `first_row` and `rows` count rows of the whole batch, from 0."""

    number: int
    first_row: int
    rows: int
    spans: tuple[Span, ...]

    @property
    def name(self) -> str:
        """The chunk's name: its number, as wide as names must be to sort."""
        return f"{self.number:06d}"


@dataclass(frozen=True, slots=True)
class Context:
    """What a stage or rule may ask about the run; injected where it has a parameter `context`."""

    pipeline: str
    batch: str
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Account:
    """Where the rows went: read = published + quarantined + filtered, or nothing is published."""

    read: int = 0
    published: int = 0
    quarantined: int = 0
    filtered: int = 0

    @property
    def balanced(self) -> bool:
        """Whether every row that was read went to exactly one place."""
        return self.read == self.published + self.quarantined + self.filtered

    def __add__(self, other: Account) -> Account:
        """The account of both."""
        return Account(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def __str__(self) -> str:
        """The account as the equation that it is."""
        return (
            f"read {self.read:,} = published {self.published:,} + quarantined "
            f"{self.quarantined:,} + filtered {self.filtered:,}"
        )


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that was written and will not change: `path` is relative to the folder that owns it."""

    path: str
    sha256: str
    bytes: int
    rows: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check saw: `seen` and `allowed` are written out with their units."""

    check: str
    severity: Severity
    column: str | None
    seen: str
    allowed: str
    message: str


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One commit of a batch: the truth about what is published.

    `base` is the version that it replaced; `kind` is publish, release or rollback; `fingerprint`
    maps what changes values (config, code, model, input) to digests; `reason` and `by` are a
    person's, on releases and rollbacks. `to_version` is the version that a rollback brought back.
    """

    version: int
    batch: str
    kind: Literal["publish", "release", "rollback"]
    commit_id: str
    run_id: str
    base: int
    file: StoredFile
    account: Account
    fingerprint: Mapping[str, str]
    committed_at: datetime
    findings: tuple[Finding, ...] = ()
    degradations: Mapping[str, int] = field(default_factory=dict)
    reason: str = ""
    by: str = ""
    to_version: int | None = None


@dataclass(frozen=True, slots=True)
class WorkerDeath:
    """An item killed its worker twice, the second time alone; `item` is its place in the sequence."""

    item: int
    reason: str


class Source(Protocol):
    """Cuts a batch into chunks and reads one. Instances are picklable and hold no open file."""

    def fragments(self) -> tuple[Fragment, ...]:
        """The files of the batch in a fixed order; UnavailableError when there are none."""
        ...

    def schema(self, fragments: Sequence[Fragment]) -> pa.Schema:
        """Names and types as they stand in the source; DataError when fragments disagree."""
        ...

    def chunks(self, fragments: Sequence[Fragment], rows: int) -> Iterator[ChunkRef]:
        """The whole batch in chunks of `rows` rows (the last may be shorter), in order."""
        ...

    def read(
        self, fragments: Sequence[Fragment], ref: ChunkRef, columns: Sequence[str] | None
    ) -> pa.Table:
        """The chunk's rows, exactly `ref.rows` of them; DataError when that cannot be."""
        ...


class Predictor(Protocol):
    """A loaded model. It is shared by the threads of a worker."""

    @property
    def outputs(self) -> tuple[str, ...]:
        """The columns that its results become, in order."""
        ...

    @property
    def feature_names(self) -> tuple[str, ...] | None:
        """The columns that it was fitted on, in order; None when it does not say."""
        ...

    @property
    def rows_independent(self) -> bool:
        """Whether a row's result has the same bits whatever rows stand beside it."""
        ...

    def predict(self, features: pd.DataFrame) -> dict[str, Any]:
        """One array a declared output, as long as the frame."""
        ...


class EventSink(Protocol):
    """Somebody who is told what a run does. It may not raise; what it does takes no time of the run."""

    def emit(self, event: Event) -> None:
        """The event was taken note of."""
        ...


class Executor(Protocol):
    """Takes chunks through the stages, a bounded number at a time."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None:
        """No worker is left."""
        ...

    def outcomes(
        self, work: Callable[[T], R], items: Sequence[T], stop: Callable[[], bool]
    ) -> Iterator[R | WorkerDeath]:
        """The result of each item, as it comes; no item is begun after `stop()` is true.

        `work` returns failures as values. An item whose worker was killed is tried again alone; if
        that kills a worker too, a WorkerDeath stands in its place.
        """
        ...
