"""The tests of single columns: each a mask of the rows that break one promise of the contract."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa

from seawall.config.contract import ColumnContract, Length
from seawall.config.judging import OnViolation
from seawall.conform.text import matching
from seawall.errors import DataError
from seawall.shown import listed
from seawall.stages.extremes import Column, Mask
from seawall.stages.likeness import likeness, oddity_for

__all__ = ["ColumnTest", "tests_of_column"]

Broken = Callable[[Column], Mask | None]
_WHOLE = frozenset("iu")
_UNITS = {"s": "second", "ms": "millisecond", "us": "microsecond", "ns": "nanosecond"}
_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


@dataclass(frozen=True, slots=True)
class ColumnTest:
    """A test of a column: `bad` gives a mask of the rows that break it, or None when none does.

    Rows that break one that counts stay, and the gate judges their share. `told` says of a value
    which allowed one it looks like, or what people don't see of it; '' where there is nothing to say.
    """

    column: str
    rule: str
    allowed: str
    does: OnViolation | Literal["count"]
    bad: Broken
    told: Callable[[object], str] | None = None

    @property
    def name(self) -> str:
        """The reason for which rows leave."""
        return f"{self.column}: {self.rule}"


def tests_of_column(name: str, contract: ColumnContract) -> Iterator[ColumnTest]:
    """What a column is held to; its first broken promise is a row's reason."""
    does = contract.on_violation
    if not contract.nullable:
        yield ColumnTest(name, "null", "no nulls", does, lambda column: column.nulls)
    for rule, allowed, bad in _bounds(contract):
        yield ColumnTest(name, rule, allowed, does, bad)
    if contract.one_of is not None:
        counted = contract.max_new_share is not None
        yield ColumnTest(
            name,
            "not one of",
            f"one of {listed(contract.one_of)}",
            "count" if counted else does,
            _outside(contract.one_of),
            likeness(contract.one_of),
        )
    if contract.pattern is not None:
        pattern, told = contract.pattern, oddity_for(contract.pattern)
        yield ColumnTest(name, "not like pattern", pattern, does, _unlike(pattern), told)
    if contract.length is not None:
        yield ColumnTest(name, "length", _span(contract.length), does, _of_length(contract.length))


def _bounds(contract: ColumnContract) -> Iterator[tuple[str, str, Broken]]:
    if contract.dtype.startswith("float") and not contract.infinities:
        yield "infinite", "finite numbers", _infinite
    if contract.min is not None:
        yield "below min", f"at least {contract.min}", _below(contract.min)
    if contract.max is not None:
        yield "above max", f"at most {contract.max}", _above(contract.max)
    if contract.resolution is not None:
        whole = f"whole {_UNITS[contract.resolution]}s"
        yield "finer than resolution", whole, _finer(contract.resolution)


def _span(length: Length) -> str:
    most = "" if length.max is None else f" to {length.max}"
    return f"{length.min}{most} characters" if most else f"at least {length.min} characters"


def _infinite(column: Column) -> Mask | None:
    if column.plain is None or column.lowest is None:
        return None
    if math.isfinite(column.lowest) and math.isfinite(column.highest):
        return None
    return _known(np.isinf(column.plain), column)


def _below(bound: float | str) -> Broken:
    """A null is not below anything: whether it is allowed is `nullable`'s business."""

    def bad(column: Column) -> Mask | None:
        limit = _limit(column.series, bound)
        if column.lowest is None or not column.lowest < limit:
            return None
        values, limit = _comparable(column, limit, math.ceil)
        return _known(values < limit, column)

    return bad


def _above(bound: float | str) -> Broken:
    def bad(column: Column) -> Mask | None:
        limit = _limit(column.series, bound)
        if column.highest is None or not column.highest > limit:
            return None
        values, limit = _comparable(column, limit, math.floor)
        return _known(values > limit, column)

    return bad


def _comparable(column: Column, limit: Any, rounded: Callable[[Any], int]) -> tuple[Any, Any]:
    """Values and a limit of one kind; beside a float, large integers would be compared as floats."""
    if isinstance(limit, pd.Timestamp):
        return column.series, limit
    whole = column.plain is not None and column.plain.dtype.kind in _WHOLE
    return column.plain, rounded(limit) if whole else limit


def _known(found: Any, column: Column) -> Mask:
    mask: Mask = np.asarray(found)
    return mask if column.nulls is None else mask & ~column.nulls


def _limit(values: pd.Series[Any], bound: float | str) -> Any:
    if not isinstance(bound, str):
        return bound
    zone = getattr(values.dtype, "tz", None)
    limit = pd.Timestamp(bound)
    if zone is None and limit.tzinfo is not None:
        raise DataError(
            f"column {values.name!r} has no time zone, and its bound has one",
            f"validate.columns.{values.name}",
            bound,
            "a bound without a zone; or declare `timezone` for the column",
        )
    return limit.tz_localize(zone) if zone is not None and limit.tzinfo is None else limit


def _finer(unit: str) -> Broken:
    """Times are held as integers of their own unit, zoned ones as UTC."""

    def bad(column: Column) -> Mask | None:
        times: Any = column.series.array
        steps = _PER_SECOND[times.unit] // _PER_SECOND[unit]
        return None if steps <= 1 else _known(times.asi8 % steps != 0, column)

    return bad


def _outside(choices: Sequence[Any]) -> Broken:
    def bad(column: Column) -> Mask | None:
        values = column.series
        allowed = _choices(values, choices)
        if isinstance(values.dtype, pd.CategoricalDtype):
            return _of_categories(values, ~values.cat.categories.isin(allowed))
        return _known(~values.isin(allowed).to_numpy(dtype=bool), column)

    return bad


def _choices(values: pd.Series[Any], choices: Sequence[Any]) -> list[Any]:
    """The choices as the column would hold them."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return [_limit(values, choice) for choice in choices]
    if values.dtype == np.float32:
        return [np.float32(choice) for choice in choices]
    return list(choices)


def _of_categories(values: pd.Series[Any], bad: Any) -> Mask | None:
    """The rows of bad categories, each tried once; a null is of none."""
    if not bad.any():
        return None
    mask: Mask = np.append(bad, False)[values.cat.codes.to_numpy()]
    return mask


def _unlike(pattern: str) -> Broken:
    """The whole text must match."""

    def bad(column: Column) -> Mask | None:
        values = column.series
        if isinstance(values.dtype, pd.CategoricalDtype):
            return _of_categories(values, ~_like(values.cat.categories, pattern))
        return _known(~_like(values, pattern), column)

    return bad


def _like(values: Any, pattern: str) -> Mask:
    """By Arrow: for some patterns, and for texts that are objects, pandas takes Python's own engine."""
    texts = pa.array(values, pa.large_string(), from_pandas=True)
    return matching(texts, pattern)


def _of_length(length: Length) -> Broken:
    """Characters are counted, not bytes."""
    most = math.inf if length.max is None else length.max

    def bad(column: Column) -> Mask | None:
        values = column.series
        if isinstance(values.dtype, pd.CategoricalDtype):
            counts = values.cat.categories.str.len().to_numpy()
            return _of_categories(values, (counts < length.min) | (counts > most))
        counts = values.str.len().to_numpy(dtype=float, na_value=np.nan)
        mask: Mask = (counts < length.min) | (counts > most)
        return mask

    return bad
