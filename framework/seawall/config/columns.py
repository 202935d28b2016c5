"""A column's promises held against each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from seawall.config.contract import ColumnContract
from seawall.config.faults import Fault, KeyPath, dotted
from seawall.config.fits import is_of
from seawall.config.places import Places

__all__ = ["column_faults"]


def column_faults(path: KeyPath, column: ColumnContract, places: Places) -> Iterator[Fault]:
    """What no value could keep: choices of another type, a pattern that isn't one, no time, no length."""
    yield from _choices(path, column, places)
    yield from _times((*path, "min"), column, column.min, places)
    yield from _times((*path, "max"), column, column.max, places)
    yield from _pattern((*path, "pattern"), column, places)
    length = column.length
    if length is not None and length.max is not None and length.min > length.max:
        at = (*path, "length", "min")
        yield Fault(
            places.value(at), dotted(at), "min is above max", str(length.min), str(length.max)
        )


def _choices(path: KeyPath, column: ColumnContract, places: Places) -> Iterator[Fault]:
    for number, choice in enumerate(column.one_of or ()):
        if not is_of(choice, column.dtype):
            at = (*path, "one_of", number)
            what = f"a choice that no {column.dtype} can be"
            yield Fault(
                places.value(at), dotted(at), what, repr(choice), f"values of dtype {column.dtype}"
            )
    if column.one_of == ():
        at = (*path, "one_of")
        yield Fault(places.value(at), dotted(at), "a list without choices")


def _times(path: KeyPath, column: ColumnContract, limit: object, places: Places) -> Iterator[Fault]:
    if column.dtype != "timestamp" or limit is None:
        return
    try:
        datetime.fromisoformat(str(limit))
    except ValueError:
        allowed = "an ISO timestamp in quotes, such as '2013-01-01T00:00:00Z'"
        yield Fault(places.value(path), dotted(path), "not a time", repr(limit), allowed)


def _pattern(path: KeyPath, column: ColumnContract, places: Places) -> Iterator[Fault]:
    if column.pattern is not None and column.dtype not in {"string", "category"}:
        what = f"a pattern on dtype {column.dtype}"
        yield Fault(places.value(path), dotted(path), what, allowed="dtype string or category")
    try:
        re.compile(column.pattern or "")
    except (re.error, OverflowError, RecursionError) as error:
        what = f"not a regular expression: {error}"
        yield Fault(places.value(path), dotted(path), what, repr(column.pattern))
