"""The types that a column could be declared to have, tried on every value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.types as pt

from seawall.config.contract import ColumnContract
from seawall.conform import ConversionError, converted, kind, seen
from seawall.infer.stats import NULL_WORDS, Stats
from seawall.infer.ways import ways

__all__ = ["View", "views_of"]

_TYPES: tuple[dict[str, Any], ...] = (
    {"dtype": "int64"},
    {"dtype": "float64"},
    {"dtype": "bool"},
    {"dtype": "timestamp"},
    {"dtype": "timestamp", "timezone": "UTC"},
)
_FIRST = 100
"""So few rows tell most of what a column is not."""
_SAME = {"halffloat": "float32", "float": "float32", "double": "float64"}


@dataclass(slots=True)
class View:
    """A column in the type that a contract declares; `problem` is why it cannot be that.

    `declared` is the file's own contract, `native` the type that the source gave. A `guess` says how
    text may be written, which nobody but a person can know.
    """

    contract: Mapping[str, Any]
    declared: bool = False
    native: bool = False
    guess: bool = False
    problem: str = ""
    stats: Stats = field(default_factory=Stats)

    def add(self, values: pa.ChunkedArray) -> None:
        """The chunk was converted and counted, or the view has a problem and counts no more."""
        for part in (values.slice(0, _FIRST), values):
            read = None if self.problem else self._read(part)
        if read is not None:
            self.stats.add(read)

    def _read(self, values: pa.ChunkedArray) -> pa.ChunkedArray | None:
        """The values in the type; None where the view has a problem with one of them."""
        try:
            found = converted(values, ColumnContract.model_validate(self.contract))
        except ConversionError as error:
            self.problem = error.seen
            return None
        if found.bad is not None:
            self.problem = seen(values[int(found.bad.argmax())])
            return None
        return found.values


def views_of(type_: pa.DataType, declared: Mapping[str, Any] | None) -> list[View]:
    """The views of a column of this type, those first that are to be preferred.

    Text is also tried as numbers, times and truth values, with the words that mean null left out.
    """
    views = [View(declared, declared=True)] if declared is not None else []
    views += [View(contract, native=True) for contract in _native(type_)]
    if kind(type_) == "text" and not pt.is_dictionary(type_):
        absent = {"nulls": NULL_WORDS, "nullable": True}
        views += [View({**contract, **absent}) for contract in _TYPES]
        views += [View({**contract, **absent}, guess=True) for contract in ways()]
    return views


def _native(type_: pa.DataType) -> Iterator[dict[str, Any]]:
    if pt.is_dictionary(type_) and kind(type_.value_type) != "text":
        yield from _native(type_.value_type)
        return
    family = kind(type_)
    if family == "null":
        yield {"dtype": "string", "nullable": True}
    elif family == "text":
        yield {"dtype": "category" if pt.is_dictionary(type_) else "string"}
    elif family in {"int", "float"}:
        yield {"dtype": _SAME.get(str(type_), str(type_))}
    elif family == "bool":
        yield {"dtype": "bool"}
    elif family == "decimal":
        yield from _TYPES[:2]
    elif family in {"timestamp", "date"}:
        yield from _times(type_)


def _times(type_: pa.DataType) -> Iterator[dict[str, Any]]:
    zone = getattr(type_, "tz", None)
    if zone is None:
        yield {"dtype": "timestamp"}
        return
    known = {"timezone": zone if _is_zone(zone) else "UTC"}
    yield {"dtype": "timestamp", **known}
    yield {"dtype": "timestamp", **known, "resolution": "ns"}


def _is_zone(name: str) -> bool:
    from zoneinfo import available_timezones

    return name in available_timezones()
