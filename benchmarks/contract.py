"""What the contract costs: 20 columns with range, null and enum checks over a million rows.

    python -m benchmarks.contract

CPU seconds of the best of several rounds, in chunks of 131,072 rows as a run has them: clean rows, and
rows of which one in a hundred is bad and goes to quarantine. The peer, pandera's lazy validation of the
same promises, takes turns with seawall in the same process on the same frames; it is left out where it
is not installed.
"""

from __future__ import annotations

import importlib.util
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from seawall.config.contract import ColumnContract
from seawall.stages.contract import compiled, keep
from seawall.stages.sifting import Sieve

ROWS, CHUNK, ROUNDS = 1_000_000, 131_072, 5
FLOATS, INTS, NULLABLE, CATEGORIES = 8, 4, 4, 4
CHOICES = ("AA", "B6", "DL", "EV", "MQ", "UA", "US", "WN")
BAD = 0.01
CLEAN_LIMIT_S, BAD_LIMIT_S = 0.130, 0.195


def contracts() -> dict[str, ColumnContract]:
    """The promises: every range, null and choice is looked at in every row."""
    away: dict[str, Any] = {"on_violation": "quarantine"}
    ranged: dict[str, Any] = {"min": -1000, "max": 1000, **away}
    columns = {f"float{n}": ColumnContract(dtype="float64", **ranged) for n in range(FLOATS)}
    columns |= {f"int{n}": ColumnContract(dtype="int64", **ranged) for n in range(INTS)}
    for n in range(NULLABLE):
        columns[f"nullable{n}"] = ColumnContract(dtype="int64", nullable=True, **ranged)
    for n in range(CATEGORIES):
        columns[f"category{n}"] = ColumnContract(dtype="category", one_of=CHOICES, **away)
    return columns


def frame_of(rng: np.random.Generator, *, bad: float) -> pd.DataFrame:
    """The rows; of each column an equal part of the bad ones breaks its promise."""
    columns: dict[str, Any] = {"k": np.arange(ROWS)}
    each = int(ROWS * bad / (FLOATS + INTS + NULLABLE + CATEGORIES))
    for name, contract in contracts().items():
        broken = rng.choice(ROWS, each, replace=False)
        if contract.dtype == "category":
            codes = rng.integers(0, len(CHOICES), ROWS)
            codes[broken] = len(CHOICES)
            known = pd.CategoricalDtype([*CHOICES, "XX"])
            values: Any = pd.Categorical.from_codes(codes, dtype=known)
        else:
            values = rng.integers(-900, 900, ROWS).astype(contract.dtype)
            values[broken] = 5000
            if contract.nullable:
                values = pd.arrays.IntegerArray(values, rng.random(ROWS) < 0.1)  # noqa: PLR2004
        columns[name] = values
    return pd.DataFrame(columns)


def cpu_s(call: Callable[[], None]) -> float:
    """The CPU seconds of one call."""
    begun = time.process_time()
    call()
    return time.process_time() - begun


def by_seawall(chunks: Sequence[pd.DataFrame]) -> Callable[[], None]:
    """Every chunk held to the contract, bad rows set aside."""
    tests = compiled(contracts())

    def run() -> None:
        for chunk in chunks:
            keep(Sieve(chunk, key="k"), tests)

    return run


def by_pandera(chunks: Sequence[pd.DataFrame]) -> Callable[[], None]:
    """The same promises by pandera, whose errors name the bad rows."""
    import pandera.pandas as pandera

    def column(contract: ColumnContract) -> Any:
        if contract.dtype == "category":
            return pandera.Column(checks=pandera.Check.isin(CHOICES))
        within = pandera.Check.in_range(contract.min, contract.max)
        dtype = "Int64" if contract.nullable else contract.dtype
        return pandera.Column(dtype, checks=within, nullable=contract.nullable)

    schema = pandera.DataFrameSchema({n: column(one) for n, one in contracts().items()})

    def run() -> None:
        for chunk in chunks:
            try:
                schema.validate(chunk, lazy=True)
            except pandera.errors.SchemaErrors as error:
                error.failure_cases["index"].unique()

    return run


def main() -> int:
    """Milliseconds and ratios are printed; 1 when seawall takes longer than it may."""
    rng = np.random.default_rng(7)
    peers = {"seawall": by_seawall}
    if importlib.util.find_spec("pandera") is not None:
        peers["pandera"] = by_pandera
    best: dict[tuple[str, str], float] = {}
    for rows, bad in (("clean", 0.0), ("1% bad", BAD)):
        frame = frame_of(rng, bad=bad)
        chunks = [frame.iloc[start : start + CHUNK] for start in range(0, ROWS, CHUNK)]
        runs = {name: peer(chunks) for name, peer in peers.items()}
        for _ in range(ROUNDS):
            for name, run in runs.items():
                seconds = cpu_s(run)
                best[name, rows] = min(seconds, best.get((name, rows), seconds))
    for (name, rows), seconds in best.items():
        print(f"{name:8} {rows:7} {seconds * 1e3:6.0f} ms CPU for {ROWS:,} rows")
    clean, bad_s = best["seawall", "clean"], best["seawall", "1% bad"]
    print(f"seawall, clean: {clean * 1e3:.0f} ms, at most {CLEAN_LIMIT_S * 1e3:.0f}")
    print(f"seawall, 1% bad: {bad_s * 1e3:.0f} ms, at most {BAD_LIMIT_S * 1e3:.0f}")
    print(
        f"seawall, 1% bad to clean: {bad_s / clean:.2f}; the copy of the rows that stay is most of it"
    )
    if ("pandera", "clean") in best:
        for rows in ("clean", "1% bad"):
            ratio = best["seawall", rows] / best["pandera", rows]
            print(f"seawall to pandera, {rows}: {ratio:.2f}")
    return int(clean > CLEAN_LIMIT_S or bad_s > BAD_LIMIT_S)


if __name__ == "__main__":
    sys.exit(main())
