"""What the settings would have given over a pipeline's own past, and what they can be expected to give."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from seawall.drift.limits import LEAST_PAST, Learned, learned, surprises
from seawall.drift.magnitudes import TESTS, shift_of
from seawall.drift.seasoned import seasoned_outcomes
from seawall.drift.settings import Settings
from seawall.drift.values import Outcome, Past

__all__ = ["Alarmed", "Calibration", "Visible", "calibrated"]

_LONGEST = 60
_TAIL = 0.025


@dataclass(frozen=True, slots=True)
class Alarmed:
    """A batch that would have raised an alarm, with the tests that would have."""

    batch: str
    outcomes: tuple[Outcome, ...]

    @property
    def failed(self) -> bool:
        """Whether one of them would have been a failure."""
        return any(outcome.status == "fail" for outcome in self.outcomes)


@dataclass(frozen=True, slots=True)
class Visible:
    """From which difference on a column of the usual size raises an alarm, if nothing else moves.

    `distance` is KS D, or the total variation of words; `shift` is in the reference's standard
    deviations, and None of words; `nulls` and `unlisted` are rises of shares.
    """

    distance: float
    shift: float | None
    nulls: float
    unlisted: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the past says of the settings.

    `judged` batches were each judged by the up to 60 before them alone, as they would have been on their
    day; `alarmed` are those that raised an alarm, and `by_column` counts them. `left_out` is the share
    of the newest 60 batches that alarms, each judged by all the others. `visible` is by column.
    """

    batches: int
    judged: int
    alarmed: tuple[Alarmed, ...]
    by_column: Mapping[str, int]
    left_out: float
    visible: Mapping[str, Visible]

    @property
    def rate(self) -> float:
        """The share of batches that raised an alarm, which is what to expect of the next ones."""
        return len(self.alarmed) / self.judged

    @property
    def interval(self) -> tuple[float, float]:
        """Between which shares the true rate lies, with 95 %: Jeffreys' interval."""
        from scipy.special import betaincinv

        hits, misses = len(self.alarmed), self.judged - len(self.alarmed)
        ends = (_TAIL, 1 - _TAIL)
        low, high = (float(betaincinv(hits + 0.5, misses + 0.5, end)) for end in ends)
        return (low if hits else 0.0), (high if misses else 1.0)

    def expected(self, runs: int) -> tuple[int, int]:
        """Between which numbers the alarms of so many further runs lie, with 95 % at least.

        The beta-binomial distribution that follows from Jeffreys' prior: it has the error of the rate and
        that of the further runs.
        """
        total, low, high = 0.0, 0, runs
        for count in range(runs + 1):
            if total <= _TAIL:
                low = count
            total += self._chance(count, runs)
            if total >= 1 - _TAIL:
                return low, count
        return low, high

    def _chance(self, count: int, runs: int) -> float:
        hits, misses = len(self.alarmed) + 0.5, self.judged - len(self.alarmed) + 0.5
        ways = _ln_beta(count + hits, runs - count + misses) - _ln_beta(hits, misses)
        return math.comb(runs, count) * math.exp(ways)


def calibrated(past: Sequence[Past], settings: Settings) -> Calibration:
    """What these settings would have given over the past (the oldest first), and would give now.

    ValueError of fewer than nine batches: nobody can say then.
    """
    if len(past) <= LEAST_PAST:
        what = f"{len(past)} batches have a reference: it takes {LEAST_PAST + 1} to calibrate"
        raise ValueError(what)
    first = _first_judged(len(past))
    alarmed = tuple(_replayed(past, first, settings))
    newest = past[-_LONGEST:]
    columns = _known(newest)
    told = Counter(name for one in alarmed for name in {o.column for o in one.outcomes})
    return Calibration(
        batches=len(past),
        judged=len(past) - first,
        alarmed=alarmed,
        by_column=dict(told.most_common()),
        left_out=float((surprises(newest, columns, settings) > 0).mean()),
        visible=_visible(newest, learned(newest, columns, settings)),
    )


def _first_judged(batches: int) -> int:
    """A young history says little of an old one: a third of it is not judged, up to half a season."""
    return min(max(LEAST_PAST, batches // 3), _LONGEST // 2)


def _replayed(past: Sequence[Past], first: int, settings: Settings) -> Iterator[Alarmed]:
    for place in range(first, len(past)):
        before, now = past[max(0, place - _LONGEST) : place], past[place]
        limits = learned(before, _known(before), settings)
        outcomes = seasoned_outcomes(now.effects, now.rows, limits, settings)
        moved = tuple(one for one in outcomes if one.status in {"warn", "fail"})
        if moved:
            yield Alarmed(now.batch, moved)


def _known(past: Sequence[Past]) -> list[str]:
    """The columns that enough of the batches have."""
    counts = Counter(name for one in past for name in one.effects)
    return [name for name, count in counts.items() if count >= LEAST_PAST]


def _visible(past: Sequence[Past], known: Learned) -> dict[str, Visible]:
    found = {}
    for place, name in enumerate(known.columns):
        limits = known.limits[place * len(TESTS) : (place + 1) * len(TESTS)]
        of = dict(zip(TESTS, limits.tolist(), strict=True))
        moved = any(
            one.effects[name].shift for one in past if name in one.effects
        )  # words never do
        shift = min(of["location"], shift_of(of["distance"])) if moved else None
        found[name] = Visible(of["distance"], shift, of["null share"], of["unlisted"])
    return found


def _ln_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
