"""Whether a profile that was read from somewhere can be one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from seawall.profiles.atoms import MOST_ATOMS
from seawall.profiles.column import ColumnProfile
from seawall.profiles.distinct import MOST_EXACT
from seawall.profiles.shape import WORDED
from seawall.profiles.tails import LAST_BUCKET

__all__ = ["sound"]


def sound(column: ColumnProfile) -> ColumnProfile:
    """The column, whose figures agree with each other; ValueError, which says what doesn't."""
    for problems in (_count_problems, _tail_problems, _moment_problems, _sketch_problems):
        for problem in problems(column):
            raise ValueError(problem)
    return column


def _count_problems(column: ColumnProfile) -> Iterator[str]:
    if len(column.cells) != column.shape.cells:
        yield f"{len(column.cells)} counts for a shape of {column.shape.cells}: {column.shape}"
    counts = column.rows, column.nulls, column.nans, column.minus_infinities, column.plus_infinities
    if min(*counts, int(column.cells.min())) < 0:
        yield "a count below 0"
    if column.uncounted < 0:
        yield f"{column.rows - column.uncounted:,} values in {column.rows:,} rows"


def _tail_problems(column: ColumnProfile) -> Iterator[str]:
    """Tails count what the outer cells count; without a grid, together what their one cell counts."""
    buckets = [*column.below, *column.above]
    if min(buckets, default=0) < 0 or max(buckets, default=0) > LAST_BUCKET:
        yield f"a bucket that is none of 0 to {LAST_BUCKET}"
    below, above = _rows(column.below), _rows(column.above)
    if column.shape.kind in WORDED or not column.shape.grid:
        beyond = 0 if column.shape.kind in WORDED else int(column.cells[0])
        if below + above != beyond:
            yield f"{below + above:,} values in the tails, counted: {beyond:,}"
    elif (below, above) != (column.cells[0], column.cells[-1]):
        ends = f"{column.cells[0]:,} and {column.cells[-1]:,}"
        yield f"{below:,} values below and {above:,} above the grid, in its cells {ends}"


def _rows(tail: Mapping[int, int]) -> int:
    return sum(tail.values())


def _moment_problems(column: ColumnProfile) -> Iterator[str]:
    moments = column.moments
    counted = 0 if column.shape.kind in WORDED else column.counted
    if moments.count != counted:
        yield f"moments of {moments.count:,} values, counted: {counted:,}"
    if not math.isfinite(moments.mean) or not moments.m2 >= 0:
        yield f"the mean {moments.mean} and m2 {moments.m2}"
    if moments.min is None or moments.max is None:
        if moments.count:
            yield f"{moments.count:,} values without a range"
    elif not (moments.count and -math.inf < moments.min <= moments.max < math.inf):
        yield f"{moments.count:,} values from {moments.min} to {moments.max}"


def _sketch_problems(column: ColumnProfile) -> Iterator[str]:
    counts, hashes = column.atoms.counts, column.distinct.hashes
    if len(counts) > MOST_ATOMS:
        yield f"{len(counts)} frequent values, allowed: at most {MOST_ATOMS}"
    if column.shape.kind not in WORDED:
        yield from (f"the frequent value {name!r}" for name in counts if not _is_number(name))
    if len(hashes) > MOST_EXACT or not (hashes[1:] > hashes[:-1]).all():
        yield f"{len(hashes):,} hashes that do not ascend, or more than {MOST_EXACT:,}"


def _is_number(name: str) -> bool:
    try:
        return math.isfinite(float(name))
    except ValueError:
        return False
