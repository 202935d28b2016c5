"""Bounds with some room, in numbers that people read at a glance."""

from __future__ import annotations

import math

__all__ = ["roomy", "roomy_share"]

_ROOM = 0.25
_EXACT = 2**53
_SHARES = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 20, 25, 30, 40, 50, 60, 70, 80)
_MORE = 1.5


def roomy(low: float, high: float, *, whole: bool) -> tuple[float, float] | None:
    """An interval around both, a quarter of their distance wider on each side, then rounded outwards.

    What is never below 0 stays so, and a share stays within 0 and 1. None where a bound would not be
    the number that it is written as.
    """
    if not (math.isfinite(low) and math.isfinite(high)) or max(abs(low), abs(high)) > _EXACT:
        return None
    if not whole and low >= 0 and high <= 1:
        return 0.0, 1.0
    span = high - low or abs(high) or 1.0
    step = _step(span)
    if whole:
        step = max(step, 1.0)
    least = math.floor((low - _ROOM * span) / step) * step
    most = math.ceil((high + _ROOM * span) / step) * step
    bounds = 0.0 if low >= 0 else _written(least), 0.0 if high <= 0 else _written(most)
    within = bounds[0] <= low and high <= bounds[1] and max(map(abs, bounds)) <= _EXACT
    return bounds if within else None


def roomy_share(share: float) -> str | None:
    """The share half as large again, rounded up as people write it; None where that is nearly all."""
    wanted = share * 100 * _MORE
    found = next((step for step in _SHARES if step >= wanted), None)
    return None if found is None else f"{found:g}%"


def _step(span: float) -> float:
    """A power of ten of which the span has some 10 to 100."""
    return float(10.0 ** (math.floor(math.log10(span)) - 1))


def _written(bound: float) -> float:
    """The bound without the dust of its multiplication."""
    return float(f"{bound:.6g}")
