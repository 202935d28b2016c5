"""The tests that one column is put to when nothing is known of how it moves from day to day.

A test says how surprising a difference is (p), and how large it is (`change`): a batch of ten million
rows makes everything surprising, one of fifty makes everything large. Beside the tests of the whole
distribution stand sharp ones, of shares that hardly move by chance: they find small faults that leave
the bulk as it was, and they find them in small batches, too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from seawall.drift.counts import Counts, counted
from seawall.drift.effects import Effect, effect
from seawall.drift.p_values import p_values
from seawall.drift.prominent import most_risen
from seawall.drift.settings import Floors
from seawall.drift.shares import Share, rise_p
from seawall.drift.significance import radius
from seawall.profiles import ColumnProfile
from seawall.profiles.shape import WORDED

__all__ = ["LOCATION", "SCALE", "Trial", "trials"]

LOCATION = 0.07
"""From this shift on, in standard deviations, it may be a warning; a KS D of 0.028 in a normal column."""
SCALE = 0.06
"""From this change of ln(standard deviation) on it may be a warning: 6 %."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What one test finds: how surprising it is, how large, and how much of that is proven.

    `before` and `now` are the figure that is compared: a share; of distance, location and scale the
    effect, and 0 before. `change` is held against the first of the floors, `proven` (its lower confidence
    bound, where there is one) against the second. `least` is the smallest p that the counts of both
    sides together allow: where there are two nulls in all, no batch is significant.
    """

    test: str
    p: float
    before: float
    now: float
    change: float
    proven: float
    floors: tuple[float, float]
    least: float = 0.0


def trials(
    reference: ColumnProfile, batch: ColumnProfile, floors: Floors, *, alpha: float
) -> Iterator[Trial]:
    """The tests that the two columns can be put to; ValueError when their shapes differ.

    `alpha` is how often the lower bound of the distance may be too high. Each p is of its test alone.
    """
    p, seen, counts = (
        p_values(reference, batch),
        effect(reference, batch),
        counted(reference, batch),
    )
    yield _changed("null share", p, _nulls(reference), _nulls(batch), floors=floors.nulls)
    if reference.infinities or batch.infinities:
        before = Share(reference.infinities, reference.rows)
        now = Share(batch.infinities, batch.rows)
        yield _changed("infinities", p, before, now, floors=floors.nulls)
    if not counts.comparable:
        return
    yield _distance(p["distance"], seen, floors, alpha=alpha)
    if "location" in p:
        yield _moved("location", p["location"], counts, LOCATION)
        yield _moved("scale", p["scale"], counts, SCALE)
    yield from _unlisted(reference, batch, p["unlisted"], seen, floors=floors.new)
    yield _top_value(reference, batch, p["top value"], floors)


def _distance(p: float, seen: Effect, floors: Floors, *, alpha: float) -> Trial:
    change = seen.distance - seen.noise
    proven = change - radius(alpha, seen.rows, seen.reference_rows)
    return Trial("distance", p, 0.0, seen.distance, change, proven, floors.distance)


def _moved(test: str, p: float, counts: Counts, floor: float) -> Trial:
    """A rank test, whose effect is read back from its p; a failure is left to the distance.

    In units of the scores, the difference of the mean scores has the variance 1/n + 1/m about, so that
    z times the root of it is the effect; of squared scores that is √2 times the logarithm of the
    ratio of the spreads.
    """
    from scipy.special import ndtri

    z = -float(ndtri(max(p, 1e-300) / 2))
    change = z * math.sqrt(1 / counts.rows + 1 / counts.reference_rows)
    change = change / math.sqrt(2) if test == "scale" else change
    return Trial(test, p, 0.0, change, change, change, (floor, math.inf))


def _unlisted(
    reference: ColumnProfile,
    batch: ColumnProfile,
    p: float,
    seen: Effect,
    *,
    floors: tuple[float, float],
) -> Iterator[Trial]:
    """Values that the reference hardly has: unlisted words; numbers out of its range, and between its values."""
    total, rows = seen.reference_rows, seen.rows
    before = Share(round(seen.reference_unlisted * total), total)
    yield _risen("unlisted", p, before, Share(batch.unlisted, rows), floors)
    if batch.shape.kind in WORDED:
        return
    known, new = reference.cells[1:-1], batch.cells[1:-1]
    # Good (1953): a new value falls into an empty cell as often as one of the reference's is alone in its.
    alone = Share(int((known == 1).sum()), total)
    unknown = Share(int(new[known == 0].sum()), rows)
    yield _risen("never seen", rise_p(alone, unknown), alone, unknown, floors)


def _top_value(reference: ColumnProfile, batch: ColumnProfile, p: float, floors: Floors) -> Trial:
    """The value that rose most: all are it where before they were not, or it is a new word, or neither."""
    risen = most_risen(reference, batch)
    change = risen.now.value - risen.bound.value
    kind = batch.shape.kind
    varied, worded = reference.distinct.count > 1 and kind != "text", kind in WORDED
    test, limits = "top value", floors.top
    if varied and 0 < risen.now.count == batch.counted and change > 0:
        test, limits = "frozen", (0.0, 0.0)
    elif worded and risen.value not in batch.shape.vocabulary:
        test, limits = "unlisted", floors.new
    return Trial(test, p, risen.before.value, risen.now.value, change, change, limits)


def _changed(
    test: str, p: dict[str, float], before: Share, now: Share, *, floors: tuple[float, float]
) -> Trial:
    change = abs(now.value - before.value)
    least = min(1.0, 2 * _least(before, now))
    return Trial(test, p[test], before.value, now.value, change, change, floors, least)


def _risen(test: str, p: float, before: Share, now: Share, floors: tuple[float, float]) -> Trial:
    change, least = now.value - before.value, _least(before, now)
    return Trial(test, p, before.value, now.value, change, change, floors, least)


def _least(before: Share, now: Share) -> float:
    """The p of everything that was counted on both sides standing in the batch, as far as it has room."""
    together = before.count + now.count
    hits = min(together, now.rows)
    if not hits or not before.rows:
        return 1.0
    return rise_p(Share(together - hits, before.rows), Share(hits, now.rows))


def _nulls(column: ColumnProfile) -> Share:
    return Share(column.nulls + column.nans, column.rows)
