"""How numbers of drift are written for people."""

from __future__ import annotations

import math

from seawall.profiles import ColumnProfile
from seawall.profiles.summary import moment

__all__ = [
    "SIGNS",
    "in_values",
    "number",
    "p_and_limit",
    "p_value",
    "percent",
    "points",
    "statistic",
    "values",
    "written",
]

SIGNS = {"distance": "D", "location": "shift", "scale": "spread"}
"""The tests whose statistic is no share of rows."""
_SMALLEST = 1e-12


def number(value: float) -> str:
    """Three digits that count, with commas in large whole numbers: 12.3, 1,250, 3.1e-05."""
    if math.isfinite(value) and 1_000 <= abs(value) < 1e15:  # noqa: PLR2004 - where commas help
        return f"{value:,.0f}"
    return f"{value:.3g}"


def percent(share: float) -> str:
    """The share as people write it: 5.3%, 0.04%, 100%; above 99.9% as many digits as tell it from 100%."""
    if 0.999 < share < 1:  # noqa: PLR2004 - where three digits would round to 100%
        return f"{100 - float(f'{(1 - share) * 100:.2g}'):.9g}%"
    return f"{share * 100:.3g}%"


def points(change: float) -> str:
    """A change of a share: `5.2 points`, of a hundred."""
    return f"{change * 100:.2g} points" if abs(change) < 0.1 else f"{change * 100:.3g} points"  # noqa: PLR2004


def p_value(p: float) -> str:
    """`p = 0.0031`, `p < 1e-12`."""
    return f"p < {_SMALLEST:g}" if p < _SMALLEST else f"p = {p:.2g}"


def p_and_limit(p: float, limit: float) -> tuple[str, str]:
    """`p = 0.0031` and `0.005`: with as many digits as tell them apart, where they are not equal."""
    if p < _SMALLEST or p == limit:
        return p_value(p), f"{limit:.2g}"
    texts = ((f"{p:.{digits}g}", f"{limit:.{digits}g}") for digits in range(2, 18))
    said, allowed = next(pair for pair in texts if pair[0] != pair[1])
    return f"p = {said}", allowed


def statistic(test: str, before: float, now: float) -> str:
    """What a test saw: `D = 0.24`, `nulls 0.1% → 5.3%`."""
    if test in SIGNS:
        return f"{SIGNS[test]} = {number(now)}"
    return f"{test} {percent(before)} → {percent(now)}"


def values(count: int) -> str:
    """`1 value`, `1,250 values`."""
    return f"{count:,} value{'' if count == 1 else 's'}"


def written(column: ColumnProfile, value: float) -> str:
    """A value of the column: a number with the digits that count, or a time in UTC."""
    if column.shape.kind == "timestamp":
        return str(moment(value))
    return number(value)


def in_values(value: str, before: float, now: float) -> str:
    """How often a value stands: `-999 in 0% → 3% of the values`."""
    return f"{value} in {percent(before)} → {percent(now)} of the values"
