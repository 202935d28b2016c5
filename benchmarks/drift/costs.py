"""What profiling and comparing cost: CPU seconds of one process, the best of three, and bytes of a reference."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import reduce

import numpy as np
import pandas as pd

from benchmarks.drift.tables import flight_days
from seawall.drift.judge import judge_drift
from seawall.drift.settings import Settings
from seawall.drift.values import Baseline
from seawall.profiles import Profile, measure, shapes_of
from seawall.references import Reference, past_of_parts
from seawall.references.packing import document_of

__all__ = ["costs"]

_ROWS = 1_000_000
_CHUNK = 100_000
_REPEATS = 3


def costs() -> pd.DataFrame:
    """One row a cost: what is measured, its limit, what was found, the unit."""
    rows = [
        ("profiling 1 million rows × 20 numeric columns", 0.5, profiling_numbers(), "CPU s"),
        ("profiling 1 million rows × 5 string columns", 0.2, profiling_strings(), "CPU s"),
        ("comparing 29 columns of 10,000 × 10,000 rows", 0.08, comparing(), "CPU s"),
        ("reference file, a numeric column of the flights, the largest", 5.0, file_size(), "kB"),
    ]
    return pd.DataFrame(rows, columns=["cost", "limit", "measured", "unit"])


def profiling_numbers() -> float:
    """Floats, integers and values with few digits in equal parts, in chunks of 100,000 rows."""
    random = np.random.default_rng(1)
    kinds: list[Callable[[], np.ndarray]] = [
        lambda: random.standard_normal(_ROWS),
        lambda: random.integers(0, 1000, _ROWS),
        lambda: random.lognormal(0, 1, _ROWS).round(2),
        lambda: random.random(_ROWS),
    ]
    frame = pd.DataFrame({f"n{n:02d}": kinds[n % len(kinds)]() for n in range(20)})
    return _profiling_s(frame)


def profiling_strings() -> float:
    """Texts of 20 to 900 different words."""
    random = np.random.default_rng(2)
    words = np.array([f"word {n}" for n in range(900)], dtype=object)
    counts = (20, 50, 100, 400, 900)
    made = {f"s{n}": pd.Series(words[random.integers(0, n, _ROWS)], dtype="str") for n in counts}
    return _profiling_s(pd.DataFrame(made))


def comparing() -> float:
    """29 normal columns, both profiles given, everything that a finding says."""
    random = np.random.default_rng(3)
    frames = [pd.DataFrame(random.standard_normal((10_000, 29))).add_prefix("c") for _ in range(2)]
    shapes = shapes_of(frames[0])
    reference, batch = (measure(frame, shapes) for frame in frames)
    baseline = Baseline("the reference", reference)
    return _best_s(lambda: judge_drift(batch, baseline, Settings()))


def file_size() -> float:
    """The largest numeric column of the flights' reference file, with its sixty days of past, in kB."""
    days = [(day, frame.select_dtypes("number")) for day, frame in flight_days()]
    shapes = shapes_of(pd.concat([frame for _, frame in days]))
    parts = [(day, measure(frame, shapes)) for day, frame in days[-60:]]
    whole = reduce(Profile.merge, [profile for _, profile in parts])
    past = past_of_parts(parts)
    made = Reference("flights", "sixty days", datetime.now(UTC), whole, past=past)
    document = document_of(made)
    series = document["past"]["columns"]
    return max(
        _kilobytes(column) + len(series[n]) / 1000 for n, column in document["columns"].items()
    )


def _kilobytes(column: object) -> float:
    return len(json.dumps(column, separators=(",", ":"))) / 1000


def _profiling_s(frame: pd.DataFrame) -> float:
    shapes = shapes_of(frame.head(_CHUNK))
    chunks = [frame.iloc[first : first + _CHUNK] for first in range(0, _ROWS, _CHUNK)]

    def profiled() -> Profile:
        parts = (measure(chunk, shapes) for chunk in chunks)
        return sum(parts, Profile(0, {}))

    return _best_s(profiled)


def _best_s(work: Callable[[], object]) -> float:
    spent = []
    for _ in range(_REPEATS):
        begun = time.process_time()
        work()
        spent.append(time.process_time() - begun)
    return min(spent)
