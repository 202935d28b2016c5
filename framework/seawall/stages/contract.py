"""The contract of columns: compiled once, held against a chunk, each bad row with its first reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seawall.config.contract import ColumnContract
from seawall.errors import DataError
from seawall.quarantine import SetAside, side_by_side
from seawall.shown import shown
from seawall.stages.column_tests import ColumnTest, tests_of_column
from seawall.stages.extremes import Column, Mask
from seawall.stages.sifting import Sieve

__all__ = ["Kept", "compiled", "keep", "passing", "violated"]

_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Kept:
    """Of the rows that stay: how many broke a test that warns, by test, and those outside `one_of`.

    `foreign` counts them by column where a share is allowed, and by `column: value` for the three
    most frequent values of the chunk.
    """

    warned: dict[str, int] = field(default_factory=dict)
    foreign: dict[str, int] = field(default_factory=dict)


def compiled(contracts: Mapping[str, ColumnContract]) -> list[ColumnTest]:
    """The contract as tests, in the order of the file."""
    return [
        test for name, contract in contracts.items() for test in tests_of_column(name, contract)
    ]


def keep(sieve: Sieve, tests: Sequence[ColumnTest]) -> Kept:
    """Rows that break a test which quarantines have left, each for the first in the file's order.

    Raises DataError at the first test that fails on a row which no test before it sets aside.
    """
    reasons = np.zeros(len(sieve.frame), dtype=np.int16)
    columns: dict[str, Column] = {}
    doubts: list[tuple[ColumnTest, Mask]] = []
    for number, test in enumerate(tests, start=1):
        if test.column not in columns:
            columns[test.column] = Column(sieve.frame[test.column])
        bad = test.bad(columns[test.column])
        if bad is None:
            continue
        rows = np.flatnonzero(bad)  # few of them: what follows costs next to nothing
        rows = rows[reasons[rows] == 0]
        if not len(rows):
            continue
        if test.does == "fail":
            bad = bad & (reasons == 0)
            raise violated(sieve, bad, test.name, test.allowed, column=test.column, told=test.told)
        if test.does == "quarantine":
            reasons[rows] = number
        else:
            doubts.append((test, bad))
    kept = Kept()
    for test, bad in doubts:
        _doubt(sieve, test, bad & (reasons == 0), kept)
    if reasons.any():
        _part(sieve, tests, reasons)
    return kept


def passing(frame: pd.DataFrame, tests: Sequence[ColumnTest]) -> Mask:
    """True for the rows that no test keeps from being published."""
    passes = np.ones(len(frame), dtype=bool)
    for test in tests:
        bad = test.bad(Column(frame[test.column])) if test.does in {"fail", "quarantine"} else None
        if bad is not None:
            passes &= ~bad
    return passes


def violated(  # noqa: PLR0913 - what is said of a violation
    sieve: Sieve,
    bad: Mask,
    name: str,
    allowed: str,
    *,
    column: str = "",
    told: Callable[[object], str] | None = None,
    looked_at: Sequence[str] = (),
) -> DataError:
    """The error about rows that break a test: how many, where the first stands, and examples."""
    rows = sieve.frame[bad]
    first = rows.iloc[:_EXAMPLES]
    keys = [f"{sieve.key} {shown(key)}" for key in first[sieve.key].tolist()]
    examples = ", ".join(keys)
    if looked_at:
        told_rows = side_by_side({each: first[each] for each in looked_at})
        examples = ", ".join(f"{row} ({key})" for row, key in zip(told_rows, keys, strict=True))
    if column:
        values = first[column].tolist()
        words = [(told(value) if told else "") or shown(value) for value in values]
        examples = ", ".join(f"{value} ({key})" for value, key in zip(words, keys, strict=True))
    return DataError(
        f"the contract is broken: {name}",
        sieve.place(int(rows.index[0])),
        f"{len(rows):,} rows of the chunk: {examples}",
        allowed,
        "mend the source, change the contract, or declare on_violation: quarantine with a budget",
    )


def _doubt(sieve: Sieve, test: ColumnTest, bad: Mask, kept: Kept) -> None:
    """Rows that stay although they break the test are counted; a few are examples of a warning."""
    count = int(np.count_nonzero(bad))
    if not count:
        return
    if test.does == "warn":
        kept.warned[test.name] = count
        sieve.show(bad, "validate", test.name, test.column)
        return
    kept.foreign[test.column] = count
    values = Counter(sieve.frame.loc[bad, test.column].tolist())
    for value, times in values.most_common(_EXAMPLES):
        words = (test.told(value) if test.told else "") or shown(value)
        kept.foreign[f"{test.column}: {words}"] = times


def _part(sieve: Sieve, tests: Sequence[ColumnTest], reasons: NDArray[np.int16]) -> None:
    """All bad rows leave at once: a copy of the frame a test would cost more than the tests."""
    places = np.flatnonzero(reasons)
    places = places[np.argsort(reasons[places], kind="stable")]
    rows, why = sieve.frame.take(places), reasons[places]
    numbers, begins = np.unique(why, return_index=True)
    for number, begin, end in zip(numbers, begins, [*begins[1:], len(why)], strict=True):
        test, part = tests[number - 1], rows.iloc[begin:end]
        notes = _notes(part[test.column], test.told) if test.told else []
        sieve.aside.append(SetAside(part, "validate", test.name, test.column, notes=notes))
    sieve.frame = sieve.frame.take(np.flatnonzero(reasons == 0))


def _notes(values: pd.Series, told: Callable[[object], str]) -> list[str]:
    """What is to be said of each value; nothing where that is nothing for all of them."""
    words = {value: told(value) for value in values.unique().tolist()}
    return [words[value] for value in values.tolist()] if any(words.values()) else []
