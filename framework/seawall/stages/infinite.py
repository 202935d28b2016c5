"""Features that are infinite, which hardly any model was trained on."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seawall.errors import DataError
from seawall.shown import shown
from seawall.stages.sifting import Sieve

__all__ = ["set_infinite_aside"]


def set_infinite_aside(sieve: Sieve, columns: Iterable[str], *, declared: Collection[str]) -> None:
    """Rows with an infinite value in one of the columns left, but for those that may hold it.

    A row leaves for the first such column. Raises DataError when none may leave. Costs half a
    millisecond a column and million rows where nothing is infinite.
    """
    for name in columns:
        if name in declared or name not in sieve.frame.columns:
            continue
        bad = _infinite(sieve.frame[name])
        if bad is None:
            continue
        if not sieve.allowance.declared:
            raise _refused(sieve, name, bad)
        sieve.set_aside(bad, "predict", f"{name}: infinite", name)


def _infinite(values: pd.Series[Any]) -> NDArray[np.bool_] | None:
    """The rows that are infinite; None where none is."""
    dtype: Any = getattr(values.dtype, "numpy_dtype", values.dtype)
    if dtype.kind != "f":
        return None
    plain = values.to_numpy() if dtype is values.dtype else values.to_numpy(dtype, na_value=np.nan)
    found: NDArray[np.bool_] = np.isinf(plain)
    return found if found.any() else None


def _refused(sieve: Sieve, name: str, bad: NDArray[np.bool_]) -> DataError:
    place = int(bad.argmax())
    row, number = sieve.frame.iloc[place], int(sieve.frame.index[place])
    return DataError(
        f"a feature is infinite: {name}",
        f"{sieve.key} {shown(row[sieve.key])}, {sieve.place(number)}",
        f"{shown(row[name])}, {int(np.count_nonzero(bad)):,} such rows in the chunk",
        "a finite number or a null",
        "mend the stage that makes it; or let such rows leave: "
        "limits: {quarantined_rows: {share: 1%}}",
    )
