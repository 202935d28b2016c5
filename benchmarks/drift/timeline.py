"""Time order: each batch against what came before it, as a pipeline that runs every day does.

The rivals see the ten batches before (`rolling`), which is kinder to them than the first batches of all
(`fixed`, for the clean batches only). `mean+3sd` is the rule of thumb with history: a column's distance to
its rolling reference, and the change of its null share, may be three standard deviations above the mean
that they had in up to sixty earlier batches, and never alarm below 0.05 (nulls: 0.02).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

import numpy as np
import pandas as pd

from benchmarks.drift import measures
from benchmarks.drift.faults import Place
from benchmarks.drift.judges import Judge, RivalJudge, judged, samples
from benchmarks.drift.ours import Follower
from benchmarks.drift.rivals import RIVALS
from benchmarks.drift.samples import Column, merged
from benchmarks.drift.simulated import simulated_days
from benchmarks.drift.tables import Ordered, ordered
from benchmarks.drift.tally import Case, Struck, strikes

__all__ = [
    "MOST_PAST",
    "ROLLING",
    "WARM_UPS",
    "Stretch",
    "batch_names",
    "follower",
    "names",
    "replay",
    "stretches",
]

WARM_UPS = (30, 60)
ROLLING = 10
MOST_PAST = 60
_FLOORS = (0.05, 0.02)
_DEVIATIONS = 3.0
_VERY_MANY = 40


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some of the batches of a table, judged after a warm-up; faults go into every `step`-th, 0: none."""

    table: str
    warm_up: int
    first: int
    last: int
    step: int


class Followed:
    """A table in time order, with what the rules want to know of its batches, each found once."""

    def __init__(self, table: Ordered) -> None:
        self.name = table.name
        self.dates = [date for date, _ in table.days]
        self.frames = [frame for _, frame in table.days]
        self.samples = [samples(frame) for frame in self.frames]
        self.scales = pd.concat(self.frames).select_dtypes("number").std()
        self._rolling: dict[int, dict[str, Column]] = {}
        self._past: dict[int, dict[str, tuple[float, float]]] = {}

    def rolling(self, day: int) -> dict[str, Column]:
        """The ten batches before this one, as one."""
        if day not in self._rolling:
            self._rolling[day] = _merged(self.samples[day - ROLLING : day])
        return self._rolling[day]

    def past(self, day: int) -> dict[str, tuple[float, float]]:
        """What each column of this batch had against its own rolling reference."""
        if day not in self._past:
            reference, batch = self.rolling(day), self.samples[day]
            self._past[day] = {c: _distances(reference[c], batch[c]) for c in batch}
        return self._past[day]


@dataclass(frozen=True, slots=True)
class ThreeDeviations:
    """The rule of thumb with history."""

    reference: Mapping[str, Column]
    past: Sequence[Mapping[str, tuple[float, float]]]

    def known(self, column: str, values: pd.Series, sample: Column) -> bool:
        """Whether the column's distance or its nulls are above what they were."""
        del values
        seen = _distances(self.reference[column], sample)
        before = np.array([distances[column] for distances in self.past])
        allowed = np.nanmean(before, axis=0) + _DEVIATIONS * np.nanstd(before, axis=0, ddof=1)
        return bool((np.array(seen) > np.maximum(allowed, _FLOORS)).any())

    def flagged(self, known: Mapping[str, bool]) -> set[str]:
        """Those that are."""
        return {column for column, flag in known.items() if flag}


def names() -> list[str]:
    """Every table in time order."""
    return [*_all()]


def batch_names(table: str) -> list[str]:
    """The table's batches, the oldest first."""
    return [name for name, _ in _all()[table].days]


@lru_cache(maxsize=2)
def follower(table: str, warm_up: int) -> Follower:
    """Our rule over the table."""
    frames = [frame for _, frame in _all()[table].days]
    return Follower(frames, warm_up=warm_up, rolling=ROLLING)


def stretches(table: str, parts: int, step: int) -> Iterator[Stretch]:
    """The table after each warm-up that leaves as many batches again, cut into parts for several processes."""
    batches = len(_all()[table].days)
    for warm_up in WARM_UPS:
        if warm_up > batches // 2:
            continue
        edges = np.linspace(warm_up, batches, parts + 1).astype(int).tolist()
        for first, last in pairwise(edges):
            yield Stretch(table, warm_up, first, last, step)


def replay(stretch: Stretch) -> list[Case]:
    """What every rule says of each batch as it is, and of every fault in every column of some."""
    followed, ours = _followed(stretch.table), follower(stretch.table, stretch.warm_up)
    fixed = _merged(followed.samples[: stretch.warm_up])
    cases: list[Case] = []
    for day in range(stretch.first, stretch.last):
        frame = followed.frames[day]
        struck = Struck(stretch.table, str(stretch.warm_up), followed.dates[day])
        verdicts = judged(frame, _judges(followed, ours, day).items())
        cases += struck.clean(verdicts.clean())
        cases += struck.clean(judged(frame, _rivals(fixed, "fixed")).clean())
        if stretch.step and (day - stretch.warm_up) % stretch.step == 0:
            random = np.random.default_rng([day, stretch.warm_up])
            scales = followed.scales
            places = [
                Place(frame, column, float(scales.get(column, 0.0)), random)
                for column in _columns(frame)
            ]
            cases += strikes(struck, verdicts, places)
    return cases


@cache
def _all() -> dict[str, Ordered]:
    return {table.name: table for table in (*ordered(), *simulated_days())}


@lru_cache(maxsize=1)
def _followed(table: str) -> Followed:
    return Followed(_all()[table])


def _columns(frame: pd.DataFrame) -> list[str]:
    """All columns, of a table with very many every fifth."""
    columns = [str(column) for column in frame]
    return columns if len(columns) < _VERY_MANY else columns[::5]


def _judges(followed: Followed, ours: Follower, day: int) -> dict[str, Judge]:
    past = [followed.past(d) for d in range(max(ROLLING, day - MOST_PAST), day)]
    rolling = followed.rolling(day)
    return {
        "seawall": ours.at(day, most=MOST_PAST),
        "mean+3sd rolling": ThreeDeviations(rolling, past),
        **dict(_rivals(rolling, "rolling")),
    }


def _rivals(reference: Mapping[str, Column], kind: str) -> list[tuple[str, Judge]]:
    return [(f"{rival.name} {kind}", RivalJudge(rival, reference)) for rival in RIVALS]


def _merged(batches: Sequence[Mapping[str, Column]]) -> dict[str, Column]:
    return {column: merged([batch[column] for batch in batches]) for column in batches[0]}


def _distances(reference: Column, batch: Column) -> tuple[float, float]:
    """The distance, and by how much the null share has changed."""
    before, now = reference.nulls / max(1, reference.rows), batch.nulls / max(1, batch.rows)
    return measures.distance(reference, batch), abs(now - before)
