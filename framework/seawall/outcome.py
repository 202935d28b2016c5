"""What came of a chunk: a report, which is also its receipt, or a failure."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from pydantic import InstanceOf, TypeAdapter

from seawall.contracts import Account, Example, Made, Scalar, StoredFile
from seawall.errors import SeawallError
from seawall.profiles import Profile, Shape, packed, unpacked

__all__ = ["ChunkFailure", "ChunkReport", "StageSeen", "from_receipt", "to_receipt"]

_PROFILES = ("live_profile", "degraded_profile")


@dataclass(frozen=True, slots=True)
class StageSeen:
    """A stage's part in a chunk: rows in and out, CPU-independent seconds, the values that it saw."""

    stage: str
    rows_in: int
    rows_out: int
    seconds: float
    seen: Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class ChunkReport:
    """A finished chunk: where its rows went, its stored part, what it looked like.

    `degraded` counts published rows by `lookup=link`, `degraded_rows` those that have any such mark,
    and `degraded_profile` describes them; None where every row is clean. `live_profile` describes the
    other rows. `conversions` counts
    values that were converted to their declared type, by `column: what`; `foreign` those outside
    `one_of` that a share is allowed of, by column, and the most frequent of them by `column: value`;
    `newest` is the newest time of the column that freshness is measured on. `made` are the columns that stages and the model made, none without rows.
    `examples` shows a few of the quarantined rows of each reason. `unseen` counts the values of features
    that the model was not fitted on, as `foreign` does.
    """

    chunk: str
    key: str
    account: Account
    filtered: Mapping[str, int]
    quarantined: Mapping[str, int]
    warned: Mapping[str, int]
    nulls: Mapping[str, int]
    part: StoredFile
    quarantine: StoredFile | None
    live_profile: InstanceOf[Profile]
    stages: tuple[StageSeen, ...]
    seconds: float
    degraded: Mapping[str, int] = field(default_factory=dict)
    degraded_rows: int = 0
    degraded_profile: InstanceOf[Profile] | None = None
    conversions: Mapping[str, int] = field(default_factory=dict)
    foreign: Mapping[str, int] = field(default_factory=dict)
    newest: datetime | None = None
    examples: tuple[Example, ...] = ()
    made: Mapping[str, Made] = field(default_factory=dict)
    unseen: Mapping[str, int] = field(default_factory=dict)

    @property
    def profile(self) -> Profile:
        """The profile of all rows."""
        apart = self.degraded_profile
        return self.live_profile if apart is None else self.live_profile + apart


@dataclass(frozen=True, slots=True)
class ChunkFailure:
    """A chunk that failed; `trace` is the traceback's text where it is of use."""

    chunk: str
    error: SeawallError
    trace: str = ""


@functools.cache
def _adapter() -> TypeAdapter[ChunkReport]:
    return TypeAdapter(ChunkReport)


def to_receipt(report: ChunkReport) -> dict[str, Any]:
    """The report as JSON values; profiles packed, without the shapes by which they are read again."""
    receipt = asdict(replace(report, live_profile=Profile(0, {}), degraded_profile=None))
    receipt["newest"] = None if report.newest is None else report.newest.isoformat()
    receipt["live_profile"] = packed(report.live_profile)
    if report.degraded_profile is not None:
        receipt["degraded_profile"] = packed(report.degraded_profile)
    return receipt


def from_receipt(receipt: Mapping[str, Any], shapes: Mapping[str, Shape]) -> ChunkReport:
    """The report that was stored; ValueError (pydantic's) when it is none of ours.

    `shapes` are those by which its columns were counted.
    """
    profiles = {name: unpacked(receipt[name], shapes) for name in _PROFILES if receipt.get(name)}
    return _adapter().validate_python({**receipt, **profiles})
