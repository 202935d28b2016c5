"""Everything that is measured, as counted cases: what is split over processes, and what becomes of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import pandas as pd

from benchmarks.drift import splits, timeline
from benchmarks.drift.costs import costs
from benchmarks.drift.foretold import calibrations, explained
from benchmarks.drift.tally import Case, counted

__all__ = ["FULL", "PARTS", "QUICK", "Size"]

_POWER_ROWS = 1_000
_LONG = ("flights", "weather", "movies")
_BY = ["table", "setting", "rule"]

Results = dict[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: a full run, or a look that takes a few minutes."""

    sizes: tuple[int, ...]
    references: int
    batches: int
    power_references: int
    step: int
    tables: int


FULL = Size(splits.SIZES, references=50, batches=10, power_references=20, step=8, tables=99)
QUICK = Size((300, 1_000), references=10, batches=5, power_references=2, step=60, tables=1)


def _clean(size: Size, workers: int) -> Results:
    cells = splits.cells(size.sizes, size.references, size.batches)
    return {"clean": counted(_over(splits.clean, cells, workers), _BY)}


def _power(size: Size, workers: int) -> Results:
    cells = splits.cells([_POWER_ROWS], size.power_references, 1)
    broken = _broken(_over(splits.power, cells, workers))
    return {"power": counted(broken, [*_BY, "fault"])}


def _time_order(size: Size, workers: int) -> Results:
    stretches = [
        part
        for table in timeline.names()[: size.tables]
        for part in timeline.stretches(table, 2 * workers, size.step)
    ]
    followed = _over(timeline.replay, stretches, workers)
    broken, unbroken = _broken(followed), _unbroken(followed)
    return {
        "natural": counted(unbroken, _BY),
        "detection": counted(broken, [*_BY, "fault"]),
        "columns": counted(_ours(broken), [*_BY, "fault", "column"]),
    }


def _foretold(_: Size, __: int) -> Results:
    foretold = pd.concat([calibrations(table) for table in _LONG])
    return {"days": explained(_LONG[0]), "foretold": foretold}


def _costs(_: Size, __: int) -> Results:
    return {"costs": costs()}


PARTS: Mapping[str, Callable[[Size, int], Results]] = {
    "time-order": _time_order,
    "foretold": _foretold,
    "clean": _clean,
    "power": _power,
    "costs": _costs,
}
"""What can be measured by itself, each giving the result tables that it is named for."""


def _over(work: Callable[[Any], list[Case]], tasks: Iterable[Any], workers: int) -> list[Case]:
    """All cases of all tasks; the same for any number of workers.

    A worker keeps the tables that it has loaded; joblib's are replaced when they hold much memory.
    """
    begun = time.monotonic()
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        cases = [case for result in pool.map(work, tasks) for case in result]
    print(f"{work.__name__}: {len(cases):,} cases in {time.monotonic() - begun:.0f} s", flush=True)
    return cases


def _broken(cases: Sequence[Case]) -> list[Case]:
    return [case for case in cases if case.fault]


def _unbroken(cases: Sequence[Case]) -> list[Case]:
    return [case for case in cases if not case.fault]


def _ours(cases: Sequence[Case]) -> list[Case]:
    return [case for case in cases if case.rule == "seawall"]
