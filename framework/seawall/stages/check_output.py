"""Check output: every prediction within its bounds, chunk by chunk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seawall.config.outputs import Bound
from seawall.errors import StoppedError
from seawall.stages.sifting import Sieve

__all__ = ["check_output"]

_EXAMPLES = 3


def check_output(sieve: Sieve, bounds: Mapping[str, Bound], *, key: str) -> dict[str, int]:
    """Predictions out of bounds stopped the run, or left for quarantine; warnings are returned.

    Raises StoppedError at the first violation of a bound whose `on_violation` is fail.
    """
    warned: dict[str, int] = {}
    for column, bound in bounds.items():
        bad = _outside(sieve.frame[column], bound)
        if bad is None:
            continue
        if bound.on_violation == "fail":
            raise _out_of_bounds(sieve.frame[bad], column, bound, key)
        if bound.on_violation == "warn":
            warned[f"{column}: out of bounds"] = int(np.count_nonzero(bad))
            continue
        sieve.set_aside(bad, "check output", f"{column}: out of bounds", column)
    return warned


def _outside(values: pd.Series[Any], bound: Bound) -> NDArray[np.bool_] | None:
    """Nulls and infinities are out of bounds, a declared null aside. The quick way: two extremes."""
    if not pd.api.types.is_numeric_dtype(values.dtype):
        raise StoppedError(
            f"a prediction that is no number: {values.name}",
            f"check_output.bounds.{values.name}",
            str(values.dtype),
            "numbers",
            "leave out its bounds, or choose the outputs that are numbers",
        )
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    lowest = -np.inf if bound.min is None else bound.min
    highest = np.inf if bound.max is None else bound.max
    if not len(numbers) or _between(numbers.min(), numbers.max(), lowest, highest):
        return None
    bad = ~(np.isfinite(numbers) & (numbers >= lowest) & (numbers <= highest))
    if bound.nullable:
        bad &= ~np.isnan(numbers)
    return bad if bad.any() else None


def _between(least: float, most: float, lowest: float, highest: float) -> bool:
    """Whether the extremes are finite (a null makes both NaN) and within the bounds."""
    return bool(np.isfinite(least) and np.isfinite(most) and lowest <= least and most <= highest)


def _out_of_bounds(rows: pd.DataFrame, column: str, bound: Bound, key: str) -> StoppedError:
    values = ", ".join(f"{value!r}" for value in rows[column].iloc[:_EXAMPLES].tolist())
    keys = ", ".join(f"{value}" for value in rows[key].iloc[:_EXAMPLES].tolist())
    low = "-∞" if bound.min is None else f"{bound.min:g}"
    high = "∞" if bound.max is None else f"{bound.max:g}"
    return StoppedError(
        f"a prediction is out of bounds: {column}",
        f"{key} {keys}",
        f"{len(rows):,} rows of the chunk: {values}",
        f"{low} to {high}",
        "check the model and its inputs; nothing was published, the previous version is live",
    )
