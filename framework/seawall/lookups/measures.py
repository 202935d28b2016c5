"""Shares and ages: exact where they are compared, short where they are shown."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

__all__ = ["age", "exact", "percent"]

_UNITS = (("days", 86_400, 2.0), ("h", 3_600, 1.0), ("min", 60, 1.0))


def exact(share: float) -> Fraction:
    """The share as it was written: 29% of 100 rows are 29, and 0.29 × 100 is less."""
    return Fraction(share).limit_denominator(10**9)


def percent(share: float) -> str:
    """`98.7%`; what is not all of something is never shown as 100%, nor what is something as 0%."""
    shown = f"{share * 100:.4g}"
    if (shown in {"100", "0"}) and share not in (0, 1):
        shown = f"{share * 100:.9g}"
    return f"{shown}%"


def age(value: timedelta) -> str:
    """`45 s`, `12 min`, `6.5 h`, `3 days`."""
    seconds = value.total_seconds()
    for unit, size, least in _UNITS:
        if abs(seconds) >= least * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"
