"""What a batch is compared with, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from seawall.contracts import Scalar
from seawall.drift.effects import Effect
from seawall.profiles import Profile

__all__ = ["Baseline", "Outcome", "Past", "Status"]

Status = Literal["ok", "warn", "fail", "insufficient", "uncalibrated"]


@dataclass(frozen=True, slots=True)
class Past:
    """An accepted batch: its rows, and what its columns had against their reference at that time.

    `season` is what it is compared by: batches of the same season are alike.
    """

    batch: str
    rows: int
    effects: Mapping[str, Effect]
    season: str = ""


@dataclass(frozen=True, slots=True)
class Baseline:
    """A reference, with how far earlier batches were from it: the oldest first.

    `name` says in words what it is: `the last 10 accepted batches`, `the anchor references/x.json`.
    """

    name: str
    reference: Profile
    past: tuple[Past, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one test says of a column; '' is the whole batch.

    `test` is distance, location, scale, null share, infinities, unlisted, never seen,
    top value, frozen, different texts, other kind or rows; `seen` and `allowed` are the statistic and
    its limit in words, `figures` in numbers.
    """

    column: str
    status: Status
    test: str
    seen: str
    allowed: str
    figures: Mapping[str, Scalar] = field(default_factory=dict)
