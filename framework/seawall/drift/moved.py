"""What moved in a column, from what to what, as people say it."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from seawall.drift.effects import Effect, effect
from seawall.drift.moved_numbers import number_moves
from seawall.drift.moved_words import word_moves
from seawall.drift.other_kind import OTHER_KIND, noun, other_share
from seawall.drift.texts import OF_TEXTS
from seawall.drift.words import in_values, percent, values, written
from seawall.profiles import ColumnProfile
from seawall.profiles.shape import WORDED
from seawall.shown import shown

__all__ = ["moves"]


def moves(reference: ColumnProfile, batch: ColumnProfile, tests: AbstractSet[str]) -> Iterator[str]:
    """What each of these tests is about: `nulls 0.1% → 5.3%`; both sides have the same shape."""
    seen, worded = effect(reference, batch), batch.shape.kind in WORDED
    if OTHER_KIND in tests:
        before, now = other_share(reference), other_share(batch)
        yield f"values that are no {noun(batch.shape.kind)} {percent(before)} → {percent(now)}"
    if seen.lengths and tests & OF_TEXTS:
        yield _different(reference, batch)
    elif "frozen" in tests:
        yield _all_are(batch, seen.top_value, seen.top_before)
    if "null share" in tests:
        yield f"nulls {percent(seen.reference_nulls)} → {percent(seen.nulls)}"
    if "infinities" in tests:
        yield f"infinities {percent(seen.reference_infinities)} → {percent(seen.infinities)}"
    if seen.rows and seen.reference_rows:
        yield from (word_moves if worded else number_moves)(reference, batch, tests)
    if "top value" in tests:
        yield from _risen(batch, seen)


def _risen(batch: ColumnProfile, seen: Effect) -> Iterator[str]:
    """The value that rose most surprisingly, and the most frequent one if it rose further."""
    risen = (seen.risen_value, seen.risen_before, seen.risen)
    top = (seen.top_value, seen.top_before, seen.top)
    further = top[0] != risen[0] and top[2] - top[1] > risen[2] - risen[1]
    for value, before, now in (risen, top) if further else (risen,):
        name = f"length {_value(batch, value)}" if seen.lengths else _value(batch, value)
        whole = seen.lengths and now == 1
        yield _all_are(batch, value, before) if whole else in_values(name, before, now)


def _all_are(batch: ColumnProfile, value: str, before: float) -> str:
    what = "length" if batch.shape.kind == "text" else "value"
    return f"every {what} is {_value(batch, value)}, before {percent(before)} were"


def _different(reference: ColumnProfile, batch: ColumnProfile) -> str:
    """How many texts there are: their lengths do not tell."""
    before, now = reference.distinct.count, batch.distinct.count
    if now == 1:
        return f"one text stands in every row, before there were {before:,}"
    return f"different texts {before:,} in {values(reference.counted)} → {now:,}"


def _value(batch: ColumnProfile, name: str) -> str:
    """A value by its name in the profile: a word in quotes, a number as people write it."""
    if batch.shape.kind in WORDED or not name:
        return shown(name)
    return written(batch, float(name))
