"""Our own rule, asked as the rivals are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import pandas as pd

from benchmarks.drift.samples import Column
from seawall.contracts import Finding
from seawall.drift.cold import Tried, judged
from seawall.drift.effects import Effect, effect
from seawall.drift.judge import judge_drift
from seawall.drift.limits import Learned, learned
from seawall.drift.pasts import effects_of
from seawall.drift.seasoned import seasoned_outcomes
from seawall.drift.settings import Settings
from seawall.drift.trials import trials
from seawall.drift.values import Baseline, Outcome, Past
from seawall.profiles import ColumnProfile, Profile, Shape, measure, shapes_of

__all__ = ["Follower", "WithHistory", "WithoutHistory"]

_SETTINGS = Settings()


@dataclass(frozen=True, slots=True)
class WithoutHistory:
    """A reference alone: significance and effect together."""

    shapes: Mapping[str, Shape]
    reference: Profile

    @classmethod
    def of(cls, frame: pd.DataFrame) -> WithoutHistory:
        """The reference is the frame's profile."""
        shapes = shapes_of(frame)
        return cls(shapes, measure(frame, shapes))

    def known(self, column: str, values: pd.Series, sample: Column) -> list[Tried]:
        """What each test of the column finds."""
        del sample
        before, now = self.reference.columns[column], _profile(column, values, self.shapes)
        alpha = _SETTINGS.alpha / len(self.shapes)
        found = trials(before, now, _SETTINGS.of(column).floors, alpha=alpha)
        return [Tried(column, _SETTINGS.of(column), trial) for trial in found]

    def flagged(self, known: Mapping[str, list[Tried]]) -> set[str]:
        """The columns with a warning or a failure, decided over all tests together."""
        return _named(judged([*chain.from_iterable(known.values())], _SETTINGS.q))


@dataclass(frozen=True, slots=True)
class WithHistory:
    """The last batches as a reference, and what is usual between batches."""

    shapes: Mapping[str, Shape]
    reference: Profile
    usual: Learned
    rows: int

    def known(self, column: str, values: pd.Series, sample: Column) -> Effect:
        """What the column has against the reference."""
        del sample
        batch = _profile(column, values, self.shapes)
        return effect(self.reference.columns[column], batch)

    def flagged(self, known: Mapping[str, Effect]) -> set[str]:
        """The columns with a warning or a failure; "" for the number of rows."""
        return _named(seasoned_outcomes(known, self.rows, self.usual, _SETTINGS))


class Follower:
    """Our rule over a table in time order, with shapes from its first batches.

    Each batch is measured once and compared once with its own rolling reference: what a run keeps.
    """

    def __init__(self, frames: Sequence[pd.DataFrame], *, warm_up: int, rolling: int) -> None:
        self.shapes = shapes_of(pd.concat(frames[:warm_up], ignore_index=True))
        self.profiles = [measure(frame, self.shapes) for frame in frames]
        self._rolling, self._past = rolling, dict[int, Past]()

    def at(self, day: int, *, most: int) -> WithHistory:
        """The rule as it stands before this batch, with at most so many of those before."""
        past = [self.past(d) for d in range(max(self._rolling, day - most), day)]
        usual = learned(past, list(self.shapes), _SETTINGS)
        return WithHistory(self.shapes, self.reference(day), usual, self.profiles[day].rows)

    def alarms(self, day: int, *, most: int) -> list[Finding]:
        """The warnings and failures of this batch, as the framework words them."""
        past = tuple(self.past(d) for d in range(max(self._rolling, day - most), day))
        baseline = Baseline(f"the last {self._rolling} batches", self.reference(day), past)
        found = judge_drift(self.profiles[day], baseline, _SETTINGS)
        return [finding for finding in found if finding.severity in {"warn", "fail"}]

    def reference(self, day: int) -> Profile:
        """The batches before this one, as many as roll."""
        first, *others = self.profiles[day - self._rolling : day]
        return sum(others, first)

    def past(self, day: int) -> Past:
        """What this batch had against its own reference."""
        if day not in self._past:
            effects = effects_of(self.reference(day), self.profiles[day])
            self._past[day] = Past(str(day), self.profiles[day].rows, effects)
        return self._past[day]


def _profile(column: str, values: pd.Series, shapes: Mapping[str, Shape]) -> ColumnProfile:
    return measure(values.to_frame(column), {column: shapes[column]}).columns[column]


def _named(outcomes: Iterable[Outcome]) -> set[str]:
    return {outcome.column for outcome in outcomes if outcome.status in {"warn", "fail"}}
