"""From which magnitude on each test of each column alarms, as learned from the batches before.

At these limits no more than the stated share of runs raises an alarm in any column: by Bonferroni's bound
first, shared out by how much each test is worth, then corrected by what the history itself says
when each of its batches is judged by all the others, and by those before it (columns move together, tails
are heavier than normal, and the world moves on). It may correct the bound by 30 % of its logarithm.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seawall.drift.effects import Effect
from seawall.drift.magnitudes import ROWS, ROWS_FLOORS, TESTS, floors_of, magnitudes
from seawall.drift.settings import Settings
from seawall.drift.usual import Scale, usual, usual_without_each
from seawall.drift.values import Past

__all__ = ["LEAST_PAST", "Learned", "is_constant", "is_empty", "learned", "surprises"]

Floats = NDArray[np.float64]

LEAST_PAST = 8
"""Of fewer batches nobody knows what is usual."""
ALL_NULL = 0.995
_WORTH = {
    "null share": 8.0,
    "infinities": 2.0,
    "unlisted": 2.0,
    "distance": 1.0,
    "top value": 1.0,
    "location": 0.5,
    "scale": 0.5,
    ROWS: 1.0,
}
"""How the alarm budget is shared out: shares hardly move by chance, and their faults are sharp."""
_CORRECTION = 0.3
_FAILS = math.log(10)
"""A failure is ten times less likely than the alarms that are borne."""
_ROWS_BEFORE = 10


@dataclass(frozen=True, slots=True)
class Learned:
    """What is usual, for each test of each column and for the number of rows (the last one).

    `normal` are the median magnitudes, `bars` the surprises above which it is an alarm, `limits` and
    `fails` the magnitudes that a warning and a failure exceed; all of shape (tests,). `rows` is the
    usual number of rows, `empty` are the columns of which a whole batch was null before, `constant`
    those that had one value throughout.
    """

    columns: tuple[str, ...]
    normal: Floats
    bars: Floats
    limits: Floats
    fails: Floats
    batches: int
    rows: float
    column_rows: Mapping[str, float]
    empty: frozenset[str]
    constant: frozenset[str]


def learned(past: Sequence[Past], columns: Sequence[str], settings: Settings) -> Learned:
    """The limits that this history gives; all columns are in at least some of its batches."""
    family = _family(past, columns, settings)
    bars, found = family.bars(settings.alarms), usual(family.scale, family.series)
    floors = family.floors
    rows = {
        name: _median([p.effects[name].rows for p in past if name in p.effects]) for name in columns
    }
    return Learned(
        columns=tuple(columns),
        normal=np.nan_to_num(found.scale.back(found.median), nan=0.0),
        bars=bars,
        limits=np.fmax(found.limits(bars), floors[:, 0]),
        fails=np.fmax(found.limits(bars + _FAILS), floors[:, 1]),
        batches=len(past),
        rows=_median([p.rows for p in past[-_ROWS_BEFORE:]]),
        column_rows=rows,
        empty=frozenset(n for n in columns if any(is_empty(p.effects.get(n)) for p in past)),
        constant=frozenset(n for n in columns if any(is_constant(p.effects.get(n)) for p in past)),
    )


def surprises(past: Sequence[Past], columns: Sequence[str], settings: Settings) -> Floats:
    """For each batch of the past, by how much its most surprising test exceeds the bar, each judged by all others.

    In units of −ln p; above 0 is an alarm. Shape (batches,).
    """
    family = _family(past, columns, settings)
    return family.most_beyond(family.bars(settings.alarms))


@dataclass(frozen=True, slots=True)
class _Family:
    """All tests together: their series on the scale, and which values are too small to be alarms.

    `series` and `large` have the shape (batches, tests), `floors` (tests, 2).
    """

    scale: Scale
    series: Floats
    large: NDArray[np.bool_]
    floors: Floats

    def bars(self, alarms: float) -> Floats:
        """The surprise above which each test is an alarm, so that `alarms` of the batches raise one."""
        worth = np.array([_WORTH[test] for test in self.scale.tests])
        worth = worth * np.isfinite(self.series).any(axis=0)
        whole = math.log(worth.sum() / alarms)
        with np.errstate(divide="ignore"):
            bound = np.asarray(whole - np.log(worth))
        if len(self.series) < LEAST_PAST:
            return bound
        found = (self.most_beyond(bound), self.most_beyond_before(bound))
        allowed = max(
            float(np.quantile(beyond, 1 - alarms, method="higher"))
            for beyond in found
            if len(beyond) >= LEAST_PAST
        )
        return np.asarray(bound + min(max(allowed, -_CORRECTION * whole), _CORRECTION * whole))

    def most_beyond(self, bars: Floats) -> Floats:
        """By how much the most surprising test of each batch exceeds its bar, judged by all the others."""
        found = usual_without_each(self.scale, self.series).surprise(self.series)
        return np.asarray((np.where(self.large, found, 0.0) - bars).max(axis=1))

    def most_beyond_before(self, bars: Floats) -> Floats:
        """The same, each batch from the ninth on judged by those before it, as it was on its day.

        A world that moves on, rather than to and fro, surprises more often so than by all the others.
        """
        found = [
            usual(self.scale, self.series[:place]).surprise(self.series[place])
            for place in range(LEAST_PAST, len(self.series))
        ]
        beyond = [
            np.where(large, one, 0.0) - bars
            for large, one in zip(self.large[LEAST_PAST:], found, strict=True)
        ]
        return np.array([one.max() for one in beyond])


def _family(past: Sequence[Past], columns: Sequence[str], settings: Settings) -> _Family:
    series = _series(past, columns)
    floors = np.concatenate([*(floors_of(settings.of(c).floors) for c in columns), [ROWS_FLOORS]])
    scale = Scale((*TESTS * len(columns), ROWS), floors[:, 0])
    return _Family(scale, scale.of(series), series >= floors[:, 0], floors)


def _series(past: Sequence[Past], columns: Sequence[str]) -> Floats:
    """The magnitudes of each batch, then its rows; shape (batches, tests); NaN where it has none."""
    nothing = np.full(len(TESTS), np.nan)
    rows = [p.rows for p in past]
    return np.array(
        [
            np.concatenate(
                [
                    *(magnitudes(p.effects[c]) if c in p.effects else nothing for c in columns),
                    [_rows_moved(rows, n)],
                ]
            )
            for n, p in enumerate(past)
        ]
    )


def _rows_moved(rows: Sequence[int], place: int) -> float:
    before = rows[max(0, place - _ROWS_BEFORE) : place]
    if len(before) < 3:  # noqa: PLR2004 - of fewer batches a median says little
        return math.nan
    return abs(math.log(max(rows[place], 1) / max(_median(before), 1)))


def is_empty(effect: Effect | None) -> bool:
    """Whether the column is null throughout."""
    return effect is not None and effect.nulls >= ALL_NULL


def is_constant(effect: Effect | None) -> bool:
    """Whether every row has one value."""
    return effect is not None and effect.top == 1.0


def _median(values: Sequence[float]) -> float:
    return float(np.median(values)) if len(values) else 0.0
