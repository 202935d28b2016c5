"""Random splits: a reference and batches from the same table, so that every alarm is a false one.

A reference is a random half of the table (50,000 rows at most, all of the half for batches of 100,000), a
batch a random part of the other half. A cell has fifty references with ten batches each: making a new
one for every batch would measure the same rate at ten times the cost.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from benchmarks.drift.faults import Place
from benchmarks.drift.judges import Judge, RivalJudge, judged, samples
from benchmarks.drift.ours import WithoutHistory
from benchmarks.drift.rivals import RIVALS
from benchmarks.drift.simulated import MADE_UP, simulated_tables
from benchmarks.drift.tables import tables
from benchmarks.drift.tally import Case, Struck, strikes

__all__ = ["SIZES", "Cell", "cells", "clean", "power"]

SIZES = (100, 300, 1_000, 3_000, 10_000, 100_000)
_MOST_REFERENCE_ROWS = 50_000
_MOST_BROKEN_COLUMNS = 20
_MADE_UP_SIZES = (300, 1_000, 10_000)


@dataclass(frozen=True, slots=True)
class Cell:
    """Batches of one size from one table, against one of its references."""

    table: str
    rows: int
    reference: int
    batches: int
    columns: int

    @property
    def random(self) -> np.random.Generator:
        """The same numbers for the same cell."""
        seed = [zlib.crc32(self.table.encode()), self.rows, self.reference]
        return np.random.default_rng(seed)


@cache
def _tables() -> Mapping[str, pd.DataFrame]:
    return {**tables(), **simulated_tables()}


def cells(sizes: Sequence[int], references: int, batches: int) -> Iterator[Cell]:
    """Every table at every size that fits into half of it; simulated ones at three sizes."""
    for name, frame in _tables().items():
        for rows in sizes:
            if rows <= len(frame) // 2 and (name not in MADE_UP or rows in _MADE_UP_SIZES):
                for number in range(references):
                    yield Cell(name, rows, number, batches, len(frame.columns))


def clean(cell: Cell) -> list[Case]:
    """What each rule says of the cell's batches, which are as the reference is."""
    cases: list[Case] = []
    for number, frame, judges in _batches(cell):
        struck = Struck(cell.table, str(cell.rows), f"{cell.reference}.{number}")
        cases += struck.clean(judged(frame, judges.items()).clean())
    return cases


def power(cell: Cell) -> list[Case]:
    """What each rule says of the cell's batches with every fault in every column, twenty columns at most."""
    table, cases = _tables()[cell.table], list[Case]()
    scales = table.select_dtypes("number").std()
    columns = _sample(table.columns, cell)
    for number, frame, judges in _batches(cell):
        struck = Struck(cell.table, str(cell.rows), f"{cell.reference}.{number}")
        random = np.random.default_rng([cell.reference, number])
        places = [Place(frame, c, float(scales.get(c, 0.0)), random) for c in columns]
        verdicts = judged(frame, judges.items())
        cases += struck.clean(verdicts.clean())
        cases += strikes(struck, verdicts, places)
    return cases


def _sample(columns: pd.Index, cell: Cell) -> list[str]:
    chosen = np.random.default_rng(cell.rows).permutation(len(columns))[:_MOST_BROKEN_COLUMNS]
    return [str(columns[place]) for place in sorted(chosen)]


def _batches(cell: Cell) -> Iterator[tuple[int, pd.DataFrame, Mapping[str, Judge]]]:
    """Each batch with its number and the judges, who have the cell's reference."""
    table, random = _tables()[cell.table], cell.random
    order = random.permutation(len(table))
    half = len(table) // 2
    kept = half if cell.rows > _MOST_REFERENCE_ROWS else min(half, _MOST_REFERENCE_ROWS)
    reference, rest = table.take(order[:kept]), order[half:]
    judges = _judges(reference)
    for number in range(cell.batches):
        rows = random.choice(rest, cell.rows, replace=False)
        yield number, table.take(rows).reset_index(drop=True), judges


def _judges(reference: pd.DataFrame) -> dict[str, Judge]:
    """Every rule, with this reference."""
    known = samples(reference)
    rivals: dict[str, Judge] = {rival.name: RivalJudge(rival, known) for rival in RIVALS}
    return {"seawall": WithoutHistory.of(reference), **rivals}
