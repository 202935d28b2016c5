"""Whether a value written in the file is one that a column may hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from seawall.config.contract import ColumnContract, Length
from seawall.config.formats import iso
from seawall.config.patterns import is_like, misshapen

__all__ = ["is_of", "misfit", "time_of"]

_TEXT = {"string", "category", "timestamp"}
_FINER = {"s": 10**6, "ms": 10**3}
_DIGITS = 6
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


def time_of(text: str) -> datetime | None:
    """The time that the text is for Arrow, too; `fromisoformat` takes more than that."""
    if not any(re.fullmatch(iso(_DIGITS, zoned=zoned), text) for zoned in (False, True)):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _reasons(column: ColumnContract, value: object) -> Iterator[str]:
    if value is None:
        yield from () if column.nullable else ("not nullable",)
    elif value in column.nulls:
        yield "a text that means null"
    elif not is_of(value, column.dtype) or not _has_room(value, column.dtype):
        yield f"no {column.dtype}"
    elif column.dtype == "timestamp":
        yield from _wrong_time(column, str(value))
    else:
        if isinstance(value, int | float):
            yield from _out_of_bounds(column, value)
        if column.one_of is not None and value not in column.one_of:
            yield f"not one of {', '.join(map(str, column.one_of))}"
        if isinstance(value, str):
            yield from _unlike(column, value)


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


def _unlike(column: ColumnContract, value: str) -> Iterator[str]:
    length = column.length or Length()
    if not length.min <= len(value) <= (len(value) if length.max is None else length.max):
        yield f"{len(value)} characters long"
    if column.pattern is None or misshapen(column.pattern):  # a fault of the contract's own
        return
    if not is_like(column.pattern, value):
        yield f"not like pattern {column.pattern}"


def _wrong_time(column: ColumnContract, value: str) -> Iterator[str]:
    time = time_of(value)
    if time is None:
        yield "no timestamp"
    elif column.timezone is None and time.tzinfo is not None:
        yield "a time with a zone, and none is declared"
    elif column.timezone is not None and time.tzinfo is None:
        yield "a time without a zone, and one is declared"
    elif column.resolution in _FINER and time.microsecond % _FINER[column.resolution]:
        yield f"finer than resolution {column.resolution}"
    else:
        lowest, highest = time_of(str(column.min)), time_of(str(column.max))
        if lowest is not None and _instant(time) < _instant(lowest):
            yield f"below min {column.min}"
        if highest is not None and _instant(time) > _instant(highest):
            yield f"above max {column.max}"


def _instant(time: datetime) -> datetime:
    """The time with a zone, so that any two can be compared; UTC where it has none."""
    return time if time.tzinfo is not None else time.replace(tzinfo=UTC)
