"""Check output: every prediction within its bounds and its row's laws, chunk by chunk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from seawall.calling import said
from seawall.config.judging import OnViolation
from seawall.config.outputs import Bound, CheckOutput, RowLaw
from seawall.errors import SeawallError, StoppedError
from seawall.shown import listed, shown
from seawall.stages.bounds import Mask, broken_bound
from seawall.stages.row_laws import broken_law
from seawall.stages.sifting import Sieve

__all__ = ["OutputTest", "check_output", "output_tests"]

_STAGE = "check output"
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class OutputTest:
    """A test of outputs: `broken` gives the rows that break it by reason, each row once, {} for none."""

    what: str
    columns: tuple[str, ...]
    allowed: str
    on_violation: OnViolation
    broken: Callable[[pd.DataFrame], Mapping[str, Mask]]


def output_tests(declared: CheckOutput) -> tuple[OutputTest, ...]:
    """What the file says of outputs, as tests in the order of the file: bounds, then row laws."""
    return (
        *(_bound_test(name, bound) for name, bound in declared.bounds.items()),
        *(_law_test(law) for law in declared.rows),
    )


def check_output(sieve: Sieve, tests: Sequence[OutputTest], *, key: str) -> dict[str, int]:
    """Predictions that break a test stopped the run, or left for quarantine; warnings are returned.

    Raises StoppedError at the first violation of a test whose `on_violation` is fail, and for a test
    that raises.
    """
    warned: dict[str, int] = {}
    for test in tests:
        broken = _tried(test, sieve.frame)
        if not broken:
            continue
        if test.on_violation == "fail":
            raise _violated(sieve.frame, np.logical_or.reduce([*broken.values()]), test, key)
        for name, count in _left(sieve, test, broken):
            warned[name] = warned.get(name, 0) + count
    return warned


def _left(sieve: Sieve, test: OutputTest, broken: Mapping[str, Mask]) -> Iterator[tuple[str, int]]:
    """The rows are in quarantine; those that a test only warns of stay, and are counted by name."""
    about, gone = listed(test.columns), np.zeros(len(sieve.frame), dtype=bool)
    for reason, bad in broken.items():
        if test.on_violation == "warn":
            sieve.show(bad, _STAGE, f"{about}: {reason}", test.columns[0])
            yield f"{about}: {reason}", int(np.count_nonzero(bad))
            continue
        sieve.set_aside(bad[~gone], _STAGE, f"{about}: {reason}", test.columns[0])
        gone |= bad


def _tried(test: OutputTest, frame: pd.DataFrame) -> Mapping[str, Mask]:
    try:
        return test.broken(frame)
    except SeawallError:
        raise
    except Exception as error:
        raise StoppedError(
            f"a check of outputs raised, and counts as failed: {test.what}",
            f"check_output of {listed(test.columns)}",
            f"{type(error).__name__}: {said(error)}",
            test.allowed,
            "check the types of the outputs; nothing was published",
        ) from error


def _bound_test(name: str, bound: Bound) -> OutputTest:
    return OutputTest(
        f"a prediction is out of bounds: {name}",
        (name,),
        _promised(bound),
        bound.on_violation,
        lambda frame: broken_bound(frame[name], bound),
    )


def _law_test(law: RowLaw) -> OutputTest:
    if law.sum is not None:
        what = "the predictions of a row do not add up"
        allowed = f"a sum of {law.equals:g} ± {law.slack:g}"
    else:
        what = "the predictions of a row do not rise from left to right"
        allowed = " ≤ ".join(law.columns)
    return OutputTest(
        f"{what}: {listed(law.columns)}",
        law.columns,
        allowed,
        law.on_violation,
        lambda frame: broken_law(frame, law),
    )


def _promised(bound: Bound) -> str:
    if bound.one_of is not None:
        return f"one of {listed(map(shown, bound.one_of))}"
    low = "-∞" if bound.min is None else f"{bound.min:g}"
    high = "∞" if bound.max is None else f"{bound.max:g}"
    return f"{low} to {high}" + (", or null" if bound.nullable else "")


def _violated(frame: pd.DataFrame, bad: Mask, test: OutputTest, key: str) -> StoppedError:
    first = frame[bad].iloc[:_EXAMPLES]
    keys = listed(first[key].tolist())
    return StoppedError(
        test.what,
        f"{key} {keys}",
        f"{int(np.count_nonzero(bad)):,} rows of the chunk: {_shown(first, test.columns)}",
        test.allowed,
        "check the model and its inputs; nothing was published, the previous version is live",
    )


def _shown(rows: pd.DataFrame, columns: Sequence[str]) -> str:
    """The values of the rows; of several columns in brackets, a row each."""
    if len(columns) == 1:
        return ", ".join(map(shown, rows[columns[0]].tolist()))
    values = rows[list(columns)].itertuples(index=False)
    return ", ".join(f"({', '.join(map(shown, row))})" for row in values)
