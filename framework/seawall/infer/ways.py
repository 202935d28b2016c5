"""How people write numbers, times and truth values: contracts that read it, tried on text."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

__all__ = ["ways"]

_MARKS = (",", ".", " ", "'", "_")
_DATES = ("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y-%m-%d", "%d %b %Y")
_CLOCKS = (" %H:%M", " %H:%M:%S", " %H:%M:%S.%f")
_OFFSETS = ("", "%z", " %z")
_TRUTHS = (("yes", "no"), ("y", "n"), ("t", "f"), ("on", "off"))


def ways() -> Iterator[dict[str, Any]]:
    """Contracts with a `parse` that people may have to declare, the plainer ones first."""
    for mark in _MARKS:
        yield {"dtype": "int64", "parse": _numbers("," if mark == "." else ".", mark)}
    for decimal, thousands in itertools.product((".", ","), ("", *_MARKS)):
        if decimal != thousands and (decimal, thousands) != (".", ""):
            yield {"dtype": "float64", "parse": _numbers(decimal, thousands)}
    for date in _DATES:
        yield {"dtype": "timestamp", "parse": {"format": date}}
    for date, clock, offset in itertools.product(_DATES, _CLOCKS, _OFFSETS):
        zone = {"timezone": "UTC"} if offset else {}
        yield {"dtype": "timestamp", **zone, "parse": {"format": date + clock + offset}}
    for true, false in _TRUTHS:
        for case in (str.lower, str.capitalize, str.upper):
            yield {"dtype": "bool", "parse": {"true": [case(true)], "false": [case(false)]}}


def _numbers(decimal: str, thousands: str) -> dict[str, str]:
    point = {"decimal": decimal} if decimal != "." else {}
    return point | ({"thousands": thousands} if thousands else {})
