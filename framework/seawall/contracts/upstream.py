"""Where rows come from: what a source is asked, what it meets, and how it fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = [
    "Caps",
    "ChunkRef",
    "ChunkedSource",
    "Failure",
    "Fragment",
    "Refused",
    "Request",
    "Rows",
    "Source",
    "Span",
]


@dataclass(frozen=True, slots=True)
class Fragment:
    """One file of a source as it was when the plan was made.

    `path` is absolute; `sha256` is of its bytes; `mtime_ns` only notices a change during the run.
    `name` is what people call it, where the file is only a copy of what an upstream sent.
    """

    path: str
    bytes: int
    sha256: str
    mtime_ns: int
    name: str = ""

    @property
    def shown(self) -> str:
        """How it is named to people."""
        return self.name or self.path


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
class Caps:
    """How much an upstream may hand over once it is decoded, before it counts as broken."""

    rows: int = 500_000_000
    decoded_bytes: int = 64 << 30
    record_bytes: int = 16 << 20


@dataclass(frozen=True, slots=True)
class Request:
    """What a source is asked for: the rows of a batch, and of them these columns (None: all).

    `columns` is pushed down as far as the upstream can; more may come back, fewer may not.
    `as_of_header` is the header of an HTTP answer that says when its rows are from. `scratch` is a
    folder that the caller sweeps, for what a source has to put down while it reads; None for one of
    the system's. `timeout_s` is how long this attempt may take, so that an upstream can be told to
    give up by itself; the caller does not rely upon it. `pipeline` is for callables that ask.
    """

    batch: str
    as_of: datetime
    root: Path
    columns: tuple[str, ...] | None = None
    caps: Caps = Caps()
    as_of_header: str = "Last-Modified"
    scratch: Path | None = None
    timeout_s: float | None = None
    pipeline: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an upstream gave no usable answer, as a value that crosses processes as JSON.

    `kind` names the error that it becomes when nothing else answers: unavailable (69), data (65),
    forbidden (77), busy (75), software (70). `transient` says that another attempt may help;
    `availability` that the upstream itself is down, which is what a circuit breaker counts.
    `trace` is a traceback or a dump of the stack where a call hung.
    """

    what: str
    seen: str = ""
    kind: Literal["unavailable", "data", "forbidden", "busy", "software"] = "unavailable"
    transient: bool = False
    availability: bool = False
    allowed: str = ""
    todo: str = ""
    retry_after_s: float | None = None
    trace: str = ""


class Source(Protocol):
    """An upstream that answers with rows: made from its section of the pipeline file.

    Built-in kinds, plug-ins (entry points in the group `seawall.sources`, a class whose keyword-only
    parameters are its configuration) and fakes all meet this contract. A source may also have an
    attribute `as_of`: after the last table the time (aware) that its rows are from; and a method
    `refresh()` that gets new credentials: it is called once in an attempt that was denied access,
    and then the rows are asked for again.
    """

    def tables(self, request: Request) -> Iterator[pa.Table | pd.DataFrame]:
        """The batch's rows in pieces of bounded size, in the same order each time.

        Whatever it raises is a failure of the upstream; `seawall.sources.transient` says which may
        be tried again. It runs in a process of its own, which is killed when its time is up.
        """
        ...


@dataclass(frozen=True, slots=True)
class Refused:
    """Records of a chunk that could not be read: how many from `row` on (of the chunk, from 0).

    `reason` is of few words, the same for all of a kind; `place` is the file with the line or row
    group; `seen` and `allowed` are for the message; `raw` is the record's own text, as far as it is kept.
    """

    row: int
    rows: int
    reason: str
    place: str = ""
    seen: str = ""
    allowed: str = ""
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """A chunk as it was read: the readable rows in order, and the places of those that are not.

    `numbers` are the rows' own, rising and counted from the chunk's first row, where a source has only
    some of a batch's rows; None where one follows the other.
    """

    table: pa.Table
    refused: tuple[Refused, ...] = ()
    numbers: tuple[int, ...] | None = None


class ChunkedSource(Protocol):
    """Local files that are cut into chunks. Instances are picklable and hold no open file."""

    def fragments(self) -> tuple[Fragment, ...]:
        """The files of the batch in a fixed order; UnavailableError when there are none."""
        ...

    def schema(self, fragments: Sequence[Fragment]) -> pa.Schema:
        """Names and types as they stand in the source; DataError when fragments disagree."""
        ...

    def decoded_bytes(self, fragments: Sequence[Fragment], columns: Sequence[str] | None) -> int:
        """How many bytes the columns take at least once decoded; nothing is decoded for it."""
        ...

    def chunks(self, fragments: Sequence[Fragment], rows: int) -> Iterator[ChunkRef]:
        """The whole batch in chunks of at most `rows` rows, in order; DataError beyond a cap."""
        ...

    def place(self, fragments: Sequence[Fragment], ref: ChunkRef, row: int) -> str:
        """Where a row of the chunk stands, for people: its file, and the line or row group."""
        ...

    def places(
        self, fragments: Sequence[Fragment], ref: ChunkRef, rows: Sequence[int]
    ) -> Sequence[str]:
        """As `place`, for rows in rising order: the file is looked at once for all of them."""
        ...

    def read(
        self, fragments: Sequence[Fragment], ref: ChunkRef, columns: Sequence[str] | None
    ) -> Rows:
        """The chunk's rows and the places of those that cannot be read: together `ref.rows`.

        Raises DataError when not even their number is known, TemporaryError for a changed file.
        """
        ...
