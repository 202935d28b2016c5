"""Comparing a batch with a reference: CPU seconds beside scipy's tests of the raw columns in one process.

    python benchmarks/compare.py [rows]

29 columns, 25 of numbers and 4 of words, of 10,000 rows on either side. Seawall is given the
profiles of both and makes every effect, distance and test of each column; scipy is given the values
and makes one test a column: Kolmogorov–Smirnov, or chi² of the table that pandas counts. The
limit is 0.08 CPU seconds. Libraries are imported beforehand, each time is the median of seven.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import stats

from seawall.drift.cold import cold_outcomes
from seawall.drift.distances import distances
from seawall.drift.effects import effect
from seawall.drift.p_values import p_values
from seawall.drift.settings import Settings
from seawall.profiles import Profile, measure, shapes_of

LIMIT_S = 0.08
TIMES = 7
WORDS = (2, 7, 60, 900)


def table(rows: int, rng: np.random.Generator) -> pd.DataFrame:
    """Normal, lognormal, uniform, whole and mostly zero numbers in turn, then words."""
    kinds: list[Callable[[], np.ndarray]] = [
        lambda: rng.normal(size=rows),
        lambda: rng.lognormal(size=rows),
        lambda: rng.uniform(size=rows),
        lambda: rng.normal(0, 40, rows).round(),
        lambda: rng.binomial(1, 0.3, rows) * rng.exponential(size=rows),
    ]
    numbers = {f"number {n}": kinds[n % len(kinds)]() for n in range(25)}
    words = {f"word {many}": [f"w{n}" for n in rng.integers(0, many, rows)] for many in WORDS}
    return pd.DataFrame(numbers | words)


def compared(reference: Profile, batch: Profile) -> int:
    """How many figures there are of all columns."""
    figures = 0
    for name, column in batch.columns.items():
        before = reference.columns[name]
        effect(before, column)
        figures += len(p_values(before, column)) + len(distances(before, column)) + 1
    return figures


def tested_by_scipy(reference: pd.DataFrame, batch: pd.DataFrame) -> int:
    """How many columns were tested."""
    for name in reference.columns:
        if name.startswith("number"):
            stats.ks_2samp(reference[name], batch[name])
        else:
            counts = [side[name].value_counts() for side in (reference, batch)]
            stats.chi2_contingency(pd.concat(counts, axis=1).fillna(0).to_numpy())
    return len(reference.columns)


def seconds(work: Callable[[], object]) -> float:
    """The median CPU time of the work, which was done once before."""
    work()
    taken = []
    for _ in range(TIMES):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return statistics.median(taken)


def main() -> int:
    """Print the times; 1 when the limit was exceeded."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    rng = np.random.default_rng(1)
    reference, batch = table(rows, rng), table(rows, rng)
    shapes = shapes_of(reference)
    profiles = measure(reference, shapes), measure(batch, shapes)
    ours = seconds(lambda: compared(*profiles))
    judged = seconds(lambda: cold_outcomes(*profiles, Settings()))
    theirs = seconds(lambda: tested_by_scipy(reference, batch))
    print(f"{len(shapes)} columns of {rows:,} × {rows:,} rows, CPU seconds (limit {LIMIT_S})")
    print(f"  seawall, every effect, distance and test   {ours:.4f}")
    print(f"  seawall, the rule without history          {judged:.4f}")
    print(f"  scipy, one test a column on the values     {theirs:.4f}")
    return int(max(ours, judged) > LIMIT_S)


if __name__ == "__main__":
    sys.exit(main())
