"""Made-up tables whose truth is known: independent and strongly dependent columns, and days that differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from benchmarks.drift.tables import Ordered

__all__ = ["MADE_UP", "simulated_days", "simulated_tables"]

MADE_UP = ("normal", "dependent")
"""The simulated tables among those that are split at random."""

_ROWS = 20_000
_COLUMNS = 50
_FEW_COLUMNS = 20
_COMMON = 0.9
_DAYS = 120
_DAY_ROWS = 1_000
_DAY_EFFECTS = (0.05, 0.15)


def simulated_tables() -> Mapping[str, pd.DataFrame]:
    """`normal`: 20 independent standard normal columns; `dependent`: 50, each pair with the correlation 0.9."""
    random = np.random.default_rng(5)
    return {
        "normal": _frame(random.standard_normal((_ROWS, _FEW_COLUMNS))),
        "dependent": _frame(_dependent(random, _ROWS)),
    }


def simulated_days() -> Iterator[Ordered]:
    """120 days of 1,000 rows and 50 columns whose mean is another every day: by 0.05 or 0.15 sd.

    Then the same by 0.10 with strongly dependent columns, whose day effects are as dependent.
    """
    for place, sd in enumerate(_DAY_EFFECTS):
        random = np.random.default_rng([7, place])
        effects = sd * random.standard_normal((_DAYS, 1, _COLUMNS))
        rows = random.standard_normal((_DAYS, _DAY_ROWS, _COLUMNS)) + effects
        yield _ordered(f"day effects {sd:.2f} sd", rows)
    random = np.random.default_rng([7, len(_DAY_EFFECTS)])
    effects = 0.1 * _dependent(random, _DAYS)[:, None, :]
    rows = _dependent(random, _DAYS * _DAY_ROWS).reshape(_DAYS, _DAY_ROWS, _COLUMNS)
    yield _ordered("dependent, day effects 0.10 sd", rows + effects)


def _dependent(random: np.random.Generator, rows: int) -> np.ndarray:
    """Standard normal columns that share one part, so that each pair has the correlation 0.9."""
    common = random.standard_normal((rows, 1))
    own = random.standard_normal((rows, _COLUMNS))
    return np.asarray(np.sqrt(_COMMON) * common + np.sqrt(1 - _COMMON) * own)


def _frame(values: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(values, columns=[f"c{number:02d}" for number in range(values.shape[1])])


def _ordered(name: str, days: np.ndarray) -> Ordered:
    return Ordered(name, "a day", [(f"{place:03d}", _frame(day)) for place, day in enumerate(days)])
