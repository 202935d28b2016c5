"""A column's profile in the few figures that people read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from seawall.profiles.shape import WORDED

if TYPE_CHECKING:
    from seawall.profiles.column import ColumnProfile

__all__ = ["moment", "summary"]

Figures = dict[str, float | int | str | None]

_SHOWN = (5, 25, 50, 75, 95)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIMES = {"mean", "min", "max", *(f"p{share:02d}" for share in _SHOWN)}


def summary(column: ColumnProfile) -> Figures:
    """Rows, nulls, mean, std, range and quantiles, different values, and the most frequent one.

    Times are texts in UTC; their std is in seconds. Of texts, the figures are those of their lengths.
    """
    shown: Figures = {"rows": column.rows, "nulls": column.nulls}
    others = ("nans", column.nans), ("infinities", column.infinities), ("other", column.uncounted)
    shown |= {name: count for name, count in others if count}
    shown |= _moments(column)
    if column.counted:
        shown["distinct"] = column.distinct.count
    top = column.top
    if top is not None and top[1] > 1:
        shown |= {"top": _top(column, top[0]), "top_rows": top[1]}
    return shown


def _moments(column: ColumnProfile) -> Figures:
    if not column.finite:
        return {}
    found: Figures = {"mean": column.mean, "std": column.std, "min": column.min, "max": column.max}
    quantiles = column.quantiles([share / 100 for share in _SHOWN])
    found |= {f"p{share:02d}": value for share, value in zip(_SHOWN, quantiles, strict=True)}
    if column.shape.kind == "timestamp":
        return {name: moment(value) if name in _TIMES else value for name, value in found.items()}
    return found


def _top(column: ColumnProfile, name: str) -> float | str | None:
    """The value as a number, a time, or a word."""
    if column.shape.kind in WORDED:
        return name
    return moment(float(name)) if column.shape.kind == "timestamp" else float(name)


def moment(seconds: float | str | None) -> float | str | None:
    """The moment as a text; the seconds where the calendar has no such moment."""
    if not isinstance(seconds, (int, float)):
        return seconds
    try:
        return (_EPOCH + timedelta(seconds=seconds)).isoformat(sep=" ", timespec="seconds")
    except OverflowError:
        return float(seconds)
