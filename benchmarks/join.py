"""A lookup of a million keys joined chunk by chunk, against one merge of everything by pandas.

    python -m benchmarks.join

Chunks of 100,000 rows are joined to an index that is built once, as in a worker; its building is
part of the time. The peer merges the whole batch at once, in memory. Both run in this process, one
after the other, the best of several rounds each.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from seawall.lookups.table import LookupTable

__all__ = ["main"]

KEYS, ROWS, CHUNK = 1_000_000, 3_000_000, 100_000
ALLOWED, ROUNDS = 1.3, 3


@dataclass(frozen=True, slots=True)
class Case:
    """A batch and a lookup that share the columns `join`."""

    name: str
    batch: pd.DataFrame
    lookup: pd.DataFrame
    join: tuple[str, ...]


def main() -> int:
    """The table is printed; 1 when a join takes longer than it may."""
    print(f"{ROWS:,} rows in chunks of {CHUNK:,}, a lookup of {KEYS:,} keys; best of {ROUNDS}\n")
    print(f"{'key':<22}{'merge s':>9}{'seawall s':>11}{'of it index':>13}{'times':>8}")
    worst = 0.0
    for case in cases(np.random.default_rng(1)):
        merged, (joined, index) = merge_s(case), join_s(case)
        worst = max(worst, joined / merged)
        print(f"{case.name:<22}{merged:>9.2f}{joined:>11.2f}{index:>13.2f}{joined / merged:>8.2f}")
    print(f"\nworst {worst:.2f}, allowed {ALLOWED}")
    return int(worst > ALLOWED)


def cases(random: np.random.Generator) -> Iterator[Case]:
    """Keys of integers, of text, and of text with a time; 2 % of the rows ask for a key that is not there."""
    numbers = random.permutation(KEYS * 2)[:KEYS]
    asked = random.integers(0, KEYS, ROWS)
    missing = random.random(ROWS) < 0.02  # noqa: PLR2004 - two in a hundred
    values: dict[str, Any] = {"a": random.random(KEYS), "b": random.random(KEYS)}
    wanted = np.where(missing, -1, numbers[asked])
    yield _case("int64", {"k": wanted}, {"k": numbers, **values})
    text = np.char.add("K", numbers.astype(str)).astype(object)
    yield _case("text", {"k": np.where(missing, "none", text[asked])}, {"k": text, **values})
    places = np.array([f"P{n:03d}" for n in range(1_000)], dtype=object)
    hours = np.datetime64("2024-01-01", "us") + np.arange(KEYS // 1_000) * np.timedelta64(1, "h")
    place, hour = places[np.arange(KEYS) % 1_000], hours[np.arange(KEYS) // 1_000]
    both: dict[str, Any] = {"k": np.where(missing, "none", place[asked]), "t": hour[asked]}
    yield _case("text and timestamp", both, {"k": place, "t": hour, **values})


def _case(name: str, batch: dict[str, Any], lookup: dict[str, Any]) -> Case:
    join = tuple(batch)
    return Case(name, pd.DataFrame(batch | {"x": np.arange(ROWS)}), pd.DataFrame(lookup), join)


def merge_s(case: Case) -> float:
    """Seconds of one merge of everything."""
    return min(
        timed(lambda: case.batch.merge(case.lookup, on=list(case.join), how="left"))
        for _ in range(ROUNDS)
    )


def join_s(case: Case) -> tuple[float, float]:
    """Seconds of the index and all chunks, and of the index alone."""
    batch = pa.Table.from_pandas(case.batch, preserve_index=False)
    lookup = pa.Table.from_pandas(case.lookup, preserve_index=False)
    chunks = [batch.slice(start, CHUNK).combine_chunks() for start in range(0, ROWS, CHUNK)]
    join = {name: name for name in case.join}

    def build() -> LookupTable:
        return LookupTable("l", lookup, join=join, added={"a": "a", "b": "b"})

    def everything() -> None:
        table = build()
        for chunk in chunks:
            table.take(table.positions(chunk))

    return min(timed(everything) for _ in range(ROUNDS)), min(timed(build) for _ in range(ROUNDS))


def timed(work: Callable[[], object]) -> float:
    """Seconds of the processor that it took: other work on the machine does not count."""
    gc.collect()
    begun = time.process_time()
    work()
    return time.process_time() - begun


if __name__ == "__main__":
    sys.exit(main())
