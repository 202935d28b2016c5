"""Profiling a million rows: CPU seconds, beside pandas' own figures and a bare sort, in one process.

    PYTHONPATH=framework python benchmarks/profile.py [rows]

The rows come in chunks of 100,000, whose profiles are added up, as in a run. pandas gives `describe`
and `nunique` of numbers and `value_counts` of texts, chunk by chunk, which nobody could add up; numpy sorts
each chunk, and nothing else. Each time is the least of five, in turn. Limits: 0.5 s for a million rows of
20 columns of numbers, 0.2 s for 5 of texts.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pandas as pd

from seawall.profiles import Profile, Shape, measure, packed, shapes_of, unpacked

CHUNK = 100_000
REPEATS = 5


def floats(rows: int, rng: np.random.Generator) -> pd.DataFrame:
    """20 columns: normal, skewed, with nulls, with a few values, far from zero."""
    kinds: list[Callable[[], np.ndarray]] = [
        lambda: rng.normal(size=rows),
        lambda: rng.lognormal(2, 2, rows),
        lambda: rng.choice([np.nan, 1.0], rows, p=[0.05, 0.95]) * rng.gamma(2, 10, rows),
        lambda: np.round(rng.gamma(2, 10, rows), 1),
        lambda: 1.4e9 + rng.random(rows) * 3e7,
    ]
    return pd.DataFrame({f"x{n}": kinds[n % len(kinds)]() for n in range(20)})


def integers(rows: int, rng: np.random.Generator) -> pd.DataFrame:
    """20 columns: months, minutes of a day, counts, identifiers."""
    kinds: list[Callable[[], np.ndarray]] = [
        lambda: rng.integers(1, 13, rows),
        lambda: rng.integers(0, 1440, rows),
        lambda: rng.geometric(0.01, rows),
        lambda: rng.integers(0, 10**9, rows),
    ]
    return pd.DataFrame({f"n{n}": kinds[n % len(kinds)]() for n in range(20)})


def texts(rows: int, rng: np.random.Generator) -> pd.DataFrame:
    """5 columns of 2 to 1,000 words, some of them null."""
    words = [None, *(f"word {n:04}" for n in range(1_000))]
    return pd.DataFrame({
        f"t{n}": pd.Series([words[at] for at in rng.integers(0, n, rows)], dtype="str")
        for n in (3, 16, 101, 401, 1001)
    })  # fmt: skip


def chunks(frame: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The frame, cut."""
    for start in range(0, len(frame), CHUNK):
        yield frame.iloc[start : start + CHUNK]


def fastest(works: dict[str, Callable[[], object]]) -> dict[str, float]:
    """The least CPU seconds of each, which take turns."""
    least = dict.fromkeys(works, float("inf"))
    for _ in range(REPEATS):
        for name, work in works.items():
            begun = time.process_time()
            work()
            least[name] = min(least[name], time.process_time() - begun)
    return least


def compare(name: str, frame: pd.DataFrame) -> None:
    """One line: seawall's seconds, and the peers'."""
    shapes = shapes_of(next(chunks(frame)))

    def profiled() -> Profile:
        return sum((measure(chunk, shapes) for chunk in chunks(frame)), Profile(0, {}))

    works: dict[str, Callable[[], object]] = {"seawall": profiled}
    if all(pd.api.types.is_numeric_dtype(kind) for kind in frame.dtypes):
        works["pandas"] = lambda: [(part.describe(), part.nunique()) for part in chunks(frame)]
        works["np.sort"] = lambda: [np.sort(part[c]) for part in chunks(frame) for c in part]
    else:
        works["pandas"] = lambda: [part[c].value_counts() for part in chunks(frame) for c in part]
    seconds = ", ".join(f"{who} {s:.2f} s" for who, s in fastest(works).items())
    print(f"{name}: {len(frame):,} rows of {len(frame.columns)} columns, CPU: {seconds}")
    print(f"  kept in a receipt: {kept(profiled(), shapes)}")


def kept(profile: Profile, shapes: Mapping[str, Shape]) -> str:
    """What packing and reading a column takes, and its size."""
    stored = packed(profile)
    least = fastest({"packed": lambda: packed(profile), "read": lambda: unpacked(stored, shapes)})
    columns = len(profile.columns)
    size = len(str(stored)) / columns / 1e3
    told = (f"{what} in {1e3 * seconds / columns:.2f} ms" for what, seconds in least.items())
    return f"{', '.join(told)} a column, {size:.1f} kB"


def main() -> None:
    """Numbers, texts, and the same texts as categories."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    rng = np.random.default_rng(1)
    print(f"{os.cpu_count()} cores, numpy {np.__version__}, pandas {pd.__version__}")
    compare("float64", floats(rows, rng))
    compare("int64", integers(rows, rng))
    words = texts(rows, rng)
    compare("str", words)
    compare("category", words.astype("category"))


if __name__ == "__main__":
    main()
