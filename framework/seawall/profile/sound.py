"""Whether a profile that was read from somewhere can be one."""

from __future__ import annotations

import math
from collections.abc import Iterator

from seawall.profile.column import ColumnProfile
from seawall.profile.shape import WORDED

__all__ = ["sound"]


def sound(column: ColumnProfile) -> ColumnProfile:
    """The column, whose figures agree with each other; ValueError, which says what doesn't."""
    problem = next(_problems(column), "")
    if problem:
        raise ValueError(problem)
    return column


def _problems(column: ColumnProfile) -> Iterator[str]:
    cells, moments = column.cells, column.moments
    if len(cells) != column.shape.cells:
        yield f"{len(cells)} counts for a shape of {column.shape.cells}: {column.shape}"
    counts = column.rows, column.nulls, column.nans, column.minus_infinities, column.plus_infinities
    if min(*counts, int(cells.min()), column.uncounted) < 0:
        yield f"a count below 0, or more values than its {column.rows:,} rows"
    for name, tail, whole in _tails(column):
        if (
            sum(tail.values()) != whole
            or min(tail.values(), default=1) < 1
            or min(tail, default=0) < 0
        ):
            yield f"{sum(tail.values()):,} values {name} the grid, in its cells {whole:,}"
    if moments.count != (0 if column.shape.kind in WORDED else column.counted):
        yield f"moments of {moments.count:,} values, counted: {column.counted:,}"
    figures = [f for f in (moments.mean, moments.min, moments.max) if f is not None]
    if not all(map(math.isfinite, figures)) or not moments.m2 >= 0:
        yield f"the moments {moments}"
    if bool(moments.count) != (moments.min is not None and moments.max is not None):
        yield f"{moments.count:,} values from {moments.min} to {moments.max}"


def _tails(column: ColumnProfile) -> Iterator[tuple[str, dict[int, int], int]]:
    """Both tails, with how many values they ought to have; together where there is no grid."""
    below, above = dict(column.below), dict(column.above)
    if column.shape.kind in WORDED:
        yield "beside", {**below, **above}, 0
    elif column.shape.grid:
        yield "below", below, int(column.cells[0])
        yield "above", above, int(column.cells[-1])
    else:
        yield "without", _apart(below, above), int(column.cells[0])


def _apart(below: dict[int, int], above: dict[int, int]) -> dict[int, int]:
    """Both tails as one, whose buckets don't meet."""
    return {2 * bucket: n for bucket, n in below.items()} | {
        2 * bucket + 1: n for bucket, n in above.items()
    }
