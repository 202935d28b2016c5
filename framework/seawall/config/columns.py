"""A column's promises held against each other."""

from __future__ import annotations

from collections.abc import Iterator

from seawall.config.contract import ColumnContract
from seawall.config.faults import Fault, KeyPath, dotted
from seawall.config.fits import is_of, time_of
from seawall.config.parsing import parse_faults
from seawall.config.patterns import NO_PATTERN, misshapen
from seawall.config.places import Places
from seawall.config.templates import is_zone
from seawall.shown import shown

__all__ = ["column_faults"]

_TEXTS = ("string", "category")
_OF = {
    "pattern": _TEXTS,
    "length": _TEXTS,
    "resolution": ("timestamp",),
    "timezone": ("timestamp",),
    "infinities": ("float32", "float64"),
}
"""The dtypes for which a key means something."""


def column_faults(path: KeyPath, column: ColumnContract, places: Places) -> Iterator[Fault]:
    """What no value could keep: a key of another dtype, choices of another type, no time, no length."""
    yield from _strangers(path, column, places)
    yield from _choices(path, column, places)
    yield from _times(path, column, places)
    yield from _pattern((*path, "pattern"), column, places)
    yield from parse_faults((*path, "parse"), column, places)
    length = column.length
    if length is not None and length.max is not None and length.min > length.max:
        at = (*path, "length", "min")
        yield Fault(
            places.value(at), dotted(at), "min is above max", str(length.min), str(length.max)
        )


def _strangers(path: KeyPath, column: ColumnContract, places: Places) -> Iterator[Fault]:
    """Keys that mean nothing for the dtype, or nothing without another key."""
    for key, dtypes in _OF.items():
        if getattr(column, key) and column.dtype not in dtypes:
            at, what = (*path, key), f"{key} on dtype {column.dtype}"
            yield Fault(places.key(at), dotted(at), what, allowed=f"dtype {' or '.join(dtypes)}")
    if column.max_new_share is not None and column.one_of is None:
        at, what = (*path, "max_new_share"), "a share of new values where none is known"
        yield Fault(places.key(at), dotted(at), what, todo="declare one_of, too, or leave it out")


def _choices(path: KeyPath, column: ColumnContract, places: Places) -> Iterator[Fault]:
    choices = column.one_of or ()
    for number, choice in enumerate(choices):
        at = (*path, "one_of", number)
        if not is_of(choice, column.dtype):
            what = f"a choice that no {column.dtype} can be"
            yield Fault(
                places.value(at), dotted(at), what, shown(choice), f"values of dtype {column.dtype}"
            )
        elif choice in column.nulls:
            yield Fault(
                places.value(at), dotted(at), "a choice whose text means null", shown(choice)
            )
        elif choice in choices[:number]:
            yield Fault(places.value(at), dotted(at), "a choice that stands twice", shown(choice))
        elif isinstance(choice, str) and choice.strip() != choice and choice.strip() in choices:
            what, todo = "a choice that is another one with blanks around it", "leave it out"
            yield Fault(places.value(at), dotted(at), what, shown(choice), todo=todo)
    if column.one_of == ():
        at = (*path, "one_of")
        yield Fault(places.value(at), dotted(at), "a list without choices")


def _times(path: KeyPath, column: ColumnContract, places: Places) -> Iterator[Fault]:
    if column.dtype != "timestamp":
        return
    if column.timezone is not None and not is_zone(column.timezone):
        at = (*path, "timezone")
        yield Fault(
            places.value(at), dotted(at), "not a time zone", shown(column.timezone), "such as UTC"
        )
    times = {"min": column.min, "max": column.max} | dict(enumerate(column.one_of or ()))
    for key, limit in times.items():
        if limit is not None and time_of(str(limit)) is None:
            at = (*path, "one_of", key) if isinstance(key, int) else (*path, key)
            allowed = "an ISO timestamp in quotes, such as '2013-01-01T00:00:00Z'"
            yield Fault(places.value(at), dotted(at), "not a time", shown(limit), allowed)


def _pattern(path: KeyPath, column: ColumnContract, places: Places) -> Iterator[Fault]:
    if column.pattern is None:
        return
    wrong = misshapen(column.pattern)
    if wrong is not None:
        what = f"not a regular expression: {wrong}"
        yield Fault(places.value(path), dotted(path), what, shown(column.pattern), NO_PATTERN)
