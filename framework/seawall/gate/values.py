"""What the gate is given, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from seawall.contracts import Account, Finding
from seawall.drift.values import Baseline
from seawall.errors import SeawallError
from seawall.profiles import Profile

__all__ = [
    "Degradation",
    "Drifted",
    "History",
    "MeanChange",
    "OutputCounts",
    "Reach",
    "Totals",
    "Verdict",
]


@dataclass(frozen=True, slots=True)
class OutputCounts:
    """How often an output has its values, as far as the file asks: rows that have one at all.

    `top` is the most frequent value with its rows where it has more than it may, None otherwise;
    `distinct` counts the values, and stops at as many as there have to be. `problem` says why nothing
    could be counted.
    """

    rows: int = 0
    top: tuple[str, int] | None = None
    distinct: int = 0
    labels: Mapping[str, int] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True, slots=True)
class MeanChange:
    """An output's mean over the keys that another version has, too, here and there.

    `keys` is how many were compared, one in `sampled` of all; 0 where there is nothing to compare
    with. `problem` says why that could not be found out.
    """

    before: float = 0.0
    now: float = 0.0
    keys: int = 0
    sampled: int = 1
    version: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """A batch added up: where its rows went, reasons by name, nulls of bounded columns, its profile.

    `degraded` counts published rows by `lookup=link`, `degraded_rows` each of them once;
    `live_profile` is that of the other rows, where there are degraded ones.
    `conversions`, `foreign`, `unseen` and `newest` are those of the chunks' reports, added up; `outputs` counts
    the values of judged outputs.
    """

    account: Account
    filtered: Mapping[str, int]
    quarantined: Mapping[str, int]
    warned: Mapping[str, int]
    nulls: Mapping[str, int]
    profile: Profile
    live_profile: Profile | None = None
    degraded: Mapping[str, int] = field(default_factory=dict)
    degraded_rows: int = 0
    conversions: Mapping[str, int] = field(default_factory=dict)
    foreign: Mapping[str, int] = field(default_factory=dict)
    unseen: Mapping[str, int] = field(default_factory=dict)
    newest: datetime | None = None
    outputs: Mapping[str, OutputCounts] = field(default_factory=dict)

    @property
    def staying(self) -> int:
        """The rows that belong to the job: shares are of these."""
        return self.account.read - self.account.filtered


@dataclass(frozen=True, slots=True)
class Degradation:
    """What upstreams did to the run: `lookups` that any fallback serves, `held` why a person has to look.

    `runs_before` counts the degraded runs in a row right before this one; `unchanged` the batches
    published last in which a lookup had the same content, where that is no reason to hold the run
    yet. `failures` says of each link that failed why, the live one among them.
    """

    lookups: tuple[str, ...] = ()
    held: Mapping[str, str] = field(default_factory=dict)
    runs_before: int = 0
    unchanged: Mapping[str, int] = field(default_factory=dict)
    failures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reach:
    """Which columns a fallback gave values to (`served`), and which may be made from these (`made`)."""

    served: frozenset[str] = frozenset()
    made: frozenset[str] = frozenset()

    def __contains__(self, column: str) -> bool:
        """Whether the fallback may have anything to do with the column."""
        return column in self.served or column in self.made


@dataclass(frozen=True, slots=True)
class Drifted:
    """What drift is judged against: `columns` are compared, the predictions first.

    `baseline` is the reference, None where nothing is there to compare with yet: then `missing` says
    how many batches more it takes. `anchor` stands beside a rolling reference and only warns.
    `segments` has a baseline for each value of a column by which the rows are compared apart.
    `streaks` counts the batches in a row right before this one in which a column had failed, by
    segment and column. `reach` says, by `lookup=link`, what a fallback that served rows may have changed.
    `damaged` names profiles that could not be read, `gone` batches whose profiles are no longer there,
    `torn` people's words on runs that are not as they were written; `problem` says why nothing could
    be gathered.
    """

    columns: tuple[str, ...] = ()
    baseline: Baseline | None = None
    anchor: Baseline | None = None
    segments: Mapping[str, Mapping[str, Baseline | None]] = field(default_factory=dict)
    missing: int = 0
    streaks: Mapping[tuple[str, str | None], int] = field(default_factory=dict)
    reach: Mapping[str, Reach] = field(default_factory=dict)
    damaged: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    torn: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """What the batch is compared with, as far as the file asks for it.

    `rows` counts those that stayed after the filters in the newest published batches, newest first;
    `as_of` is the time from which ages are measured; `mean_changes` compares outputs with the version
    that was published before; `drift` is None where none is looked for.
    """

    rows: tuple[int, ...] = ()
    as_of: datetime | None = None
    mean_changes: Mapping[str, MeanChange] = field(default_factory=dict)
    drift: Drifted | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Publish, publish degraded or hold, with everything that was found; `error` says why not."""

    decision: Literal["publish", "publish degraded", "hold"]
    findings: tuple[Finding, ...]
    error: SeawallError | None = None
