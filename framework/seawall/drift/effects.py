"""What one column of a batch has against a reference, in numbers, all read from the same counts."""

from __future__ import annotations

import math
from dataclasses import dataclass

from seawall.drift.categories import comparable, noise, unlisted_before
from seawall.drift.counts import counted
from seawall.drift.distances import ks, total_variation
from seawall.drift.prominent import prominent
from seawall.drift.shares import Share
from seawall.profiles.column import ColumnProfile
from seawall.profiles.shape import WORDED

__all__ = ["Effect", "effect"]


@dataclass(frozen=True, slots=True)
class Effect:
    """A column of a batch against a reference. Shares lie between 0 and 1, and are 0 of no rows.

    `rows` are the values that are compared: finite ones, or words. `distance` is KS D of ordered
    columns, lengths and timestamps, at least and at most (`distance_up`), and the total variation of
    words; NaN when a side has no values. `noise` is the total variation that a column of so many
    words has without any drift, on average at most: a distance tells something by what exceeds it.
    Nulls (NaN beside them) and infinities are shares of rows, the others shares of values.
    `unlisted` are words that the vocabulary does not name, or values beyond the grid's ends; what the
    reference has of unlisted words counts the rare listed ones (see `unlisted_before`). `top`
    is the batch's most frequent value, `risen` the one whose share rose most surprisingly. `shift` is
    the difference of the means in the reference's standard deviations, `spread` the
    logarithm of the ratio of both; each is 0 of words, and where a standard deviation that it needs
    is 0 or unknown. `lengths` says that the values are those of texts.
    """

    rows: int
    reference_rows: int
    distance: float
    distance_up: float
    nulls: float
    reference_nulls: float
    infinities: float
    reference_infinities: float
    unlisted: float
    reference_unlisted: float
    top: float
    top_value: str
    top_before: float
    shift: float
    spread: float
    noise: float = 0.0
    risen: float = 0.0
    risen_value: str = ""
    risen_before: float = 0.0
    lengths: bool = False


def effect(reference: ColumnProfile, batch: ColumnProfile) -> Effect:
    """What the batch has against the reference; ValueError when their shapes differ."""
    counts = counted(reference, batch)
    worded = batch.shape.kind in WORDED
    fair = comparable(counts) if worded else counts
    low, high = total_variation(fair) if worded else ks(counts)
    unlisted = (
        unlisted_before(reference) if worded else Share(reference.unlisted, counts.reference_rows)
    )
    top, risen = prominent(reference, batch)
    shift, spread = _moved(reference, batch)
    return Effect(
        rows=counts.rows,
        reference_rows=counts.reference_rows,
        distance=low,
        distance_up=high,
        nulls=batch.null_share,
        reference_nulls=reference.null_share,
        infinities=Share(batch.infinities, batch.rows).value,
        reference_infinities=Share(reference.infinities, reference.rows).value,
        unlisted=Share(batch.unlisted, counts.rows).value,
        reference_unlisted=unlisted.value,
        top=top.now.value,
        top_value=top.value,
        top_before=top.before.value,
        shift=shift,
        spread=spread,
        noise=noise(fair) if worded else 0.0,
        risen=risen.now.value,
        risen_value=risen.value,
        risen_before=risen.before.value,
        lengths=batch.shape.kind == "text",
    )


def _moved(reference: ColumnProfile, batch: ColumnProfile) -> tuple[float, float]:
    """By how many of the reference's standard deviations the mean moved, and ln of their ratio."""
    before, now = reference.std or 0.0, batch.std or 0.0
    if not before or not batch.finite or not math.isfinite(before + now):
        return 0.0, 0.0
    shift = batch.mean / before - reference.mean / before  # the difference itself may overflow
    return shift, math.log(now / before) if now else 0.0
