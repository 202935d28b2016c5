"""Holds `rivals.evidently` against Evidently itself, column by column: every answer must be the same.

Evidently needs an environment of its own: 0.7.23 cannot be imported with pandas 3.

    python -m venv /tmp/evidently
    /tmp/evidently/bin/pip install evidently==0.7.23 'pandas<3' pyarrow
    python -m benchmarks.drift.check_evidently /tmp/evidently/bin/python

Checked are random parts of six tables, of 200 to 5,000 reference rows, clean or with a fault in one column.
Both sides of 1,000 reference values are met, and so are columns of few values. Exit code 1: answers differ.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.drift.faults import FAULTS, Place
from benchmarks.drift.rivals import evidently
from benchmarks.drift.samples import sampled
from benchmarks.drift.tables import tables

CASES = 120
TABLES = ("flights", "weather", "planes", "movies", "baseball", "diamonds")
SIZES = (200, 800, 1_500, 5_000)
_BATCH_ROWS = 1_000

Pair = tuple[pd.DataFrame, pd.DataFrame]


def pairs() -> Iterator[Pair]:
    """A reference and a batch, with a fault in one of the batch's columns two times in three."""
    random, found = np.random.default_rng(11), tables()
    for number in range(CASES):
        table = found[TABLES[number % len(TABLES)]]
        order, half = random.permutation(len(table)), len(table) // 2
        rows = min(int(random.choice(SIZES)), half)
        reference = table.take(order[:rows]).reset_index(drop=True)
        batch = table.take(order[half:][:_BATCH_ROWS]).reset_index(drop=True)
        yield _with_values(reference, _broken(batch, random) if number % 3 else batch)


def _broken(batch: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    fault = FAULTS[int(random.integers(len(FAULTS)))]
    column = str(random.choice(batch.columns))
    scale = batch[column].std() if pd.api.types.is_numeric_dtype(batch[column].dtype) else 0.0
    return batch.assign(**fault.strike(Place(batch, column, float(scale), random)))


def _with_values(reference: pd.DataFrame, batch: pd.DataFrame) -> Pair:
    """The columns that have values on both sides: of an empty one Evidently raises for the whole report."""
    there = [c for c in batch if batch[c].notna().any() and reference[c].notna().any()]
    return reference[there], batch[there]


def theirs(python: str, cases: list[Pair]) -> list[dict[str, bool]]:
    """What Evidently says of each pair, in its own environment."""
    with tempfile.TemporaryDirectory() as folder:
        for number, (reference, batch) in enumerate(cases):
            reference.to_parquet(Path(folder) / f"{number:03d}.reference.parquet")
            batch.to_parquet(Path(folder) / f"{number:03d}.batch.parquet")
        script = Path(__file__).with_name("evidently_answers.py")
        subprocess.run([python, str(script), folder], check=True)
        found = json.loads((Path(folder) / "answers.json").read_text())
    return [found[f"{number:03d}"] for number in range(len(cases))]


def main() -> int:
    """The exit code; each answer that differs is printed."""
    cases = list(pairs())
    checked = different = 0
    for number, answers in enumerate(theirs(sys.argv[1], cases)):
        reference, batch = cases[number]
        for column, said in answers.items():
            checked += 1
            if evidently(sampled(reference[column]), sampled(batch[column])) != said:
                different += 1
                print(f"report {number}, column {column}: evidently says {said}")
    print(f"{checked} columns in {len(cases)} reports: {different} answers differ")
    return 1 if different or not checked else 0


if __name__ == "__main__":
    sys.exit(main())
