"""Which quantile moved most, from what to what, as far as the counts tell."""

from __future__ import annotations

from dataclasses import dataclass, replace

from seawall.drift.words import written
from seawall.profiles import ColumnProfile

__all__ = ["Quantile", "medians", "quantile_moves"]

_SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
_FURTHER = 1.2
_NARROW = 0.1
"""A quantile is known whose cell is at most this part as wide as it moved, or as the column's nearer side."""


@dataclass(frozen=True, slots=True)
class Quantile:
    """A quantile of one side: where it is read, and between which values it lies."""

    value: float
    low: float
    high: float
    known: bool = False

    def written(self, column: ColumnProfile) -> str:
        """The value if it is known, else both ends: `between 222 and 1,310`."""
        if self.known:
            return written(column, self.value)
        return f"between {written(column, self.low)} and {written(column, self.high)}"


Pair = tuple[Quantile, Quantile]


def medians(reference: ColumnProfile, batch: ColumnProfile) -> Pair:
    """Both medians; both sides have finite values."""
    return _pairs(reference, batch, (0.5,))[0]


def quantile_moves(reference: ColumnProfile, batch: ColumnProfile) -> str:
    """The median, and of five quantiles the one that moved furthest, if clearly further.

    A quantile in a wide cell is told by its ends: what is read between them is made up. One is called
    the most if no other can have moved further.
    """
    pairs = dict(zip(_SHARES, _pairs(reference, batch, _SHARES), strict=True))
    median, furthest = pairs[0.5], max(pairs, key=lambda share: _least(pairs[share]))
    said = f"median {_written(batch, median)}"
    least = _least(pairs[furthest])
    if least <= _least(median) * _FURTHER:
        return said
    others = [_greatest(pair) for share, pair in pairs.items() if share != furthest]
    name = "most p" if least >= max(others) else "p"
    return f"{said}, {name}{furthest * 100:02.0f}: {_written(batch, pairs[furthest])}"


def _pairs(reference: ColumnProfile, batch: ColumnProfile, shares: tuple[float, ...]) -> list[Pair]:
    low, middle, high = reference.bounds((0.05, 0.5, 0.95))
    # Of two hills far apart the one that the median lies in: both together would let all gaps pass.
    spread = max(min(middle[0] - low[1], high[0] - middle[1]), 0.0)
    sides = (_quantiles(reference, shares), _quantiles(batch, shares))
    return [_judged(before, now, spread) for before, now in zip(*sides, strict=True)]


def _quantiles(column: ColumnProfile, shares: tuple[float, ...]) -> list[Quantile]:
    values, ends = column.quantiles(shares), column.bounds(shares)
    return [Quantile(value, *end) for value, end in zip(values, ends, strict=True)]


def _judged(before: Quantile, now: Quantile, spread: float) -> Pair:
    """The pair, each side marked as known or not: by how far it moved at least, or by the spread."""
    most = _NARROW * max(_least((before, now)), spread)
    first, second = (replace(one, known=one.high - one.low <= most) for one in (before, now))
    return first, second


def _least(pair: Pair) -> float:
    """How far the quantile moved at least."""
    before, now = pair
    if before.known and now.known:
        return abs(now.value - before.value)
    return max(now.low - before.high, before.low - now.high, 0.0)


def _greatest(pair: Pair) -> float:
    """How far the quantile can have moved."""
    before, now = pair
    if before.known and now.known:
        return abs(now.value - before.value)
    return max(now.high - before.low, before.high - now.low)


def _written(batch: ColumnProfile, pair: Pair) -> str:
    return " → ".join(one.written(batch) for one in pair)
