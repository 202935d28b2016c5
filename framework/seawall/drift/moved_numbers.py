"""Which quantile moved most, from what to what; mean, spread and range."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
from numpy.typing import NDArray

from seawall.drift.moved_quantiles import quantile_moves
from seawall.drift.prominent import most_risen
from seawall.drift.words import in_values, number, percent, written
from seawall.profiles import ColumnProfile

__all__ = ["number_moves"]

_MOST = 0.5
"""A value that is told to be the new ones is at least half of them."""


def number_moves(
    reference: ColumnProfile, batch: ColumnProfile, tests: Collection[str]
) -> Iterator[str]:
    """`median 12 → 19, most p95: 40 → 88`, `mean 13 → 21`, `std 4 → 9`, and what lies out of range.

    Of texts, the lengths. Both sides have values.
    """
    said = list(_said(reference, batch, tests))
    if said and batch.shape.kind == "text":
        yield f"length: {', '.join(said)}"
    else:
        yield from said


def _said(reference: ColumnProfile, batch: ColumnProfile, tests: Collection[str]) -> Iterator[str]:
    if "distance" in tests:
        yield quantile_moves(reference, batch)
    if "location" in tests:
        yield from _pair("mean", written(batch, reference.mean), written(batch, batch.mean))
    if "scale" in tests and reference.std is not None and batch.std is not None:
        unit = " s" if batch.shape.kind == "timestamp" else ""
        yield from _pair("std", number(reference.std), f"{number(batch.std)}{unit}")
    if "unlisted" in tests:
        yield _range(reference, batch)
    if "never seen" in tests:
        yield _never_seen(reference, batch)
    if "top value" not in tests:
        yield from _sentinel(reference, batch, tests)


def _pair(name: str, before: str, now: str) -> Iterator[str]:
    """From what to what; nothing where both read the same: a rank test sees what a mean does not."""
    if before != now.removesuffix(" s"):
        yield f"{name} {before} → {now}"


def _range(reference: ColumnProfile, batch: ColumnProfile) -> str:
    """Which share lies beyond the ends of the reference's grid, and between which values all are."""
    low, high = batch.shape.edges
    before, now = reference.unlisted / reference.counted, batch.unlisted / batch.counted
    ends = f"{written(batch, low)} to {written(batch, high)}"
    seen = f"{written(batch, batch.min or 0.0)} to {written(batch, batch.max or 0.0)}"
    return f"beyond {ends}: {percent(before)} → {percent(now)}, from {seen}"


def _never_seen(reference: ColumnProfile, batch: ColumnProfile) -> str:
    """The share of values in inner cells of which the reference has nothing, and where most of them lie."""
    new = _unseen(reference, batch)
    most, grid = int(new.argmax()), batch.shape.grid
    where = f"most are {written(batch, grid[most // 2])}"
    if most % 2 == 0:
        ends = grid[most // 2 - 1], grid[most // 2]
        where = f"most lie between {written(batch, ends[0])} and {written(batch, ends[1])}"
    return (
        f"{percent(new.sum() / batch.counted)} are values that the reference does not have; {where}"
    )


def _unseen(reference: ColumnProfile, batch: ColumnProfile) -> NDArray[np.int64]:
    """What stands in each cell between the grid's ends of which the reference has nothing."""
    new = np.where(reference.cells == 0, batch.cells, 0)
    new[[0, -1]] = 0
    return new


def _sentinel(
    reference: ColumnProfile, batch: ColumnProfile, tests: Collection[str]
) -> Iterator[str]:
    """The one value that most of what is new are: `-999 in 0% → 3% of the values`."""
    risen = most_risen(reference, batch)
    low, high = batch.shape.edges
    if not risen.value or not {*tests} & {"unlisted", "never seen"}:
        return
    value = float(risen.value)
    beyond = not low <= value <= high
    if ("unlisted" if beyond else "never seen") not in tests:
        return
    new = batch.unlisted if beyond else int(_unseen(reference, batch).sum())
    if risen.now.count >= _MOST * new and risen.now.value > risen.before.value:
        yield in_values(written(batch, value), risen.before.value, risen.now.value)
