"""Whether a value written in the file is one that a column may hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from seawall.config.contract import ColumnContract

__all__ = ["is_of", "misfit"]

_TEXT = {"string", "category", "timestamp"}
_INTEGER = re.compile(r"(u?)int(\d+)")


def misfit(column: ColumnContract, value: object) -> str | None:
    """Why the column's contract refuses the value, in words; None where it takes it."""
    return next(_reasons(column, value), None)


def is_of(value: object, dtype: str) -> bool:
    """Whether the value is of the type's family: text, a truth value, a number."""
    if dtype == "bool" or isinstance(value, bool):
        return dtype == "bool" and isinstance(value, bool)
    if dtype in _TEXT:
        return isinstance(value, str)
    if dtype.startswith("float"):
        return isinstance(value, int | float)
    return isinstance(value, int) and (value >= 0 or not dtype.startswith("u"))


def _reasons(column: ColumnContract, value: object) -> Iterator[str]:
    if value is None:
        yield from () if column.nullable else ("not nullable",)
    elif not is_of(value, column.dtype) or not _has_room(value, column.dtype):
        yield f"no {column.dtype}"
    elif column.dtype == "timestamp":
        yield from _wrong_time(column, str(value))
    else:
        if isinstance(value, int | float):
            yield from _out_of_bounds(column, value)
        if column.one_of is not None and value not in column.one_of:
            yield f"not one of {', '.join(map(str, column.one_of))}"
        if isinstance(value, str) and column.pattern is not None:
            yield from _unlike(column.pattern, value)


def _has_room(value: object, dtype: str) -> bool:
    """Whether an integer type is wide enough for the value; the other types are."""
    width = _INTEGER.fullmatch(dtype)
    if width is None or not isinstance(value, int):
        return True
    signed = not width[1]
    limit = 1 << (int(width[2]) - signed)
    return (-limit if signed else 0) <= value < limit


def _out_of_bounds(column: ColumnContract, value: float) -> Iterator[str]:
    if isinstance(column.min, int | float) and value < column.min:
        yield f"below min {column.min:g}"
    if isinstance(column.max, int | float) and value > column.max:
        yield f"above max {column.max:g}"


def _unlike(pattern: str, value: str) -> Iterator[str]:
    try:
        like = re.fullmatch(pattern, value)
    except (re.error, OverflowError, RecursionError):  # the contract has that fault itself
        return
    if like is None:
        yield f"not like pattern {pattern}"


def _wrong_time(column: ColumnContract, value: str) -> Iterator[str]:
    time = _time(value)
    if time is None:
        yield "no timestamp"
    elif column.timezone is None and time.tzinfo is not None:
        yield "a time with a zone, and none is declared"
    elif column.timezone is not None and time.tzinfo is None:
        yield "a time without a zone, and one is declared"
    else:
        lowest, highest = _time(str(column.min)), _time(str(column.max))
        if lowest is not None and _instant(time) < _instant(lowest):
            yield f"below min {column.min}"
        if highest is not None and _instant(time) > _instant(highest):
            yield f"above max {column.max}"


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _instant(time: datetime) -> datetime:
    """The time with a zone, so that any two can be compared; UTC where it has none."""
    return time if time.tzinfo is not None else time.replace(tzinfo=UTC)
