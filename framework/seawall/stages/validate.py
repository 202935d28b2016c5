"""Validate: rows that don't belong leave, and what stays keeps the contract and the rules."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seawall.config.contract import ColumnContract
from seawall.config.judging import OnViolation
from seawall.conform import bare
from seawall.errors import DataError
from seawall.stages.sifting import Sieve
from seawall.stages.steps import Bound, mask

__all__ = ["Tests", "Validated", "compiled", "validate"]

Mask = NDArray[np.bool_]
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class ColumnTest:
    """A test of a column: `bad` gives a mask of the rows that break it, or None when none does."""

    column: str
    rule: str
    allowed: str
    on_violation: OnViolation
    bad: Callable[[pd.Series[Any]], Mask | None]


@dataclass(frozen=True, slots=True)
class Tests:
    """Everything that validate holds a chunk to, compiled once.

    Nulls of the columns in `counted` are counted; those of the columns in `nullable` may stay.
    """

    filters: Sequence[Bound]
    columns: Sequence[ColumnTest]
    rules: Sequence[tuple[Bound, OnViolation]]
    counted: Sequence[str] = ()
    nullable: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Validated:
    """How many rows broke a test that warns, by test; how many nulls there were, by column."""

    warned: Mapping[str, int]
    nulls: Mapping[str, int]


def compiled(contracts: Mapping[str, ColumnContract]) -> list[ColumnTest]:
    """The contract as tests, in the order of the file."""
    return [test for name, contract in contracts.items() for test in _tests(name, contract)]


def validate(sieve: Sieve, tests: Tests, *, key: str) -> Validated:
    """Filters, then the contract, then rules were applied; integers without nulls are numpy's again.

    Nulls are counted when the filters are done: in the rows that belong to the job. Raises DataError
    at the first violation of a test whose `on_violation` is fail.
    """
    for bound in tests.filters:
        sieve.drop(mask(bound, sieve.frame), bound.name.partition(":")[2])
    nulls = {name: int(sieve.frame[name].isna().sum()) for name in tests.counted}
    warned: dict[str, int] = {}
    for test in tests.columns:
        bad = test.bad(sieve.frame[test.column])
        if bad is not None and bad.any():
            _apply(sieve, bad, test, (key, warned))
    sieve.frame = _settled(sieve.frame, tests.nullable)
    for bound, on_violation in tests.rules:
        bad = ~mask(bound, sieve.frame)
        name = bound.name.partition(":")[2]
        rule = ColumnTest("", name, "the rule", on_violation, lambda _: None)
        if bad.any():
            _apply(sieve, bad, rule, (key, warned))
    return Validated(warned, nulls)


def _settled(frame: pd.DataFrame, nullable: Collection[str]) -> pd.DataFrame:
    """The rows with nulls are gone, so that their columns are as in a chunk that never had any."""
    plain = {name: bare(frame[name]) for name in frame.columns if name not in nullable}
    changed = {name: values for name, values in plain.items() if values.dtype != frame[name].dtype}
    return frame.assign(**changed) if changed else frame


def _apply(sieve: Sieve, bad: Mask, test: ColumnTest, told: tuple[str, dict[str, int]]) -> None:
    key, warned = told
    name = f"{test.column}: {test.rule}" if test.column else test.rule
    if test.on_violation == "fail":
        raise _violated(sieve.frame[bad], test, key, name)
    if test.on_violation == "warn":
        warned[name] = warned.get(name, 0) + int(np.count_nonzero(bad))
        return
    sieve.set_aside(bad, "validate", name, test.column)


def _violated(rows: pd.DataFrame, test: ColumnTest, key: str, name: str) -> DataError:
    shown = rows[test.column] if test.column else rows.index.to_series()
    examples = ", ".join(f"{value!r}" for value in shown.iloc[:_EXAMPLES].tolist())
    keys = ", ".join(f"{value}" for value in rows[key].iloc[:_EXAMPLES].tolist())
    return DataError(
        f"the contract is broken: {name}",
        f"{key} {keys}",
        f"{len(rows):,} rows of the chunk: {examples}",
        test.allowed,
        "mend the source, change the contract, or declare on_violation: quarantine with a budget",
    )


def _tests(name: str, contract: ColumnContract) -> Iterator[ColumnTest]:
    def test(rule: str, allowed: str, bad: Callable[[pd.Series[Any]], Mask | None]) -> ColumnTest:
        return ColumnTest(name, rule, allowed, contract.on_violation, bad)

    if not contract.nullable:
        yield test("null", "no nulls", _nulls)
    if contract.min is not None:
        yield test("below min", f"at least {contract.min}", _below(contract.min))
    if contract.max is not None:
        yield test("above max", f"at most {contract.max}", _above(contract.max))
    if contract.one_of is not None:
        allowed = ", ".join(map(str, contract.one_of))
        yield test("not one of", f"one of {allowed}", _outside(contract.one_of))
    if contract.pattern is not None:
        yield test("not like pattern", contract.pattern, _unlike(contract.pattern))


def _nulls(values: pd.Series[Any]) -> Mask | None:
    found = values.isna()
    return found.to_numpy() if found.any() else None


def _below(bound: float | str) -> Callable[[pd.Series[Any]], Mask | None]:
    """A null is not below anything: whether it is allowed is `nullable`'s business."""
    return lambda values: _true(values < _limit(values, bound))


def _above(bound: float | str) -> Callable[[pd.Series[Any]], Mask | None]:
    return lambda values: _true(values > _limit(values, bound))


def _true(found: pd.Series[bool]) -> Mask:
    """A comparison as a plain mask; with a null, masked integers compare to NA."""
    return found.to_numpy(dtype=bool, na_value=False)


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


def _outside(choices: Sequence[Any]) -> Callable[[pd.Series[Any]], Mask | None]:
    def bad(values: pd.Series[Any]) -> Mask | None:
        allowed = _choices(values, choices)
        if isinstance(values.dtype, pd.CategoricalDtype):
            foreign = ~values.cat.categories.isin(allowed)
            if not foreign.any():
                return None
            return np.append(foreign, False)[values.cat.codes.to_numpy()]
        return (~values.isin(allowed) & values.notna()).to_numpy(dtype=bool)

    return bad


def _choices(values: pd.Series[Any], choices: Sequence[Any]) -> list[Any]:
    """The choices as the column would hold them."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return [_limit(values, choice) for choice in choices]
    if values.dtype == np.float32:
        return [np.float32(choice) for choice in choices]
    return list(choices)


def _unlike(pattern: str) -> Callable[[pd.Series[Any]], Mask | None]:
    """The whole text must match; each distinct text of a category is tried once."""

    def bad(values: pd.Series[Any]) -> Mask | None:
        if isinstance(values.dtype, pd.CategoricalDtype):
            foreign = ~values.cat.categories.str.fullmatch(pattern)
            return np.append(foreign, False)[values.cat.codes.to_numpy()]
        return (~values.str.fullmatch(pattern, na=True)).to_numpy(dtype=bool)

    return bad
