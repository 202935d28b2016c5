"""What is noticed of code that writes into a frame past pandas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from seawall.stages.prints import prints, written

COLUMNS: dict[str, Any] = {
    "float": np.arange(100.0),
    "int": np.arange(100),
    "bool": np.arange(100) % 3 == 0,
    "masked": pd.array([1, None, *range(98)], dtype="Int64"),
    "time": pd.date_range("2024-03-01", periods=100, tz="UTC"),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_a_value_that_was_written(name: str) -> None:
    """One value that another step would see is noticed, whatever the column's type."""
    frame = pd.DataFrame(COLUMNS)
    before = prints(frame)
    frame[name].array[5] = frame[name].array[6]

    assert written(frame, before) == [name]


def shuffled(values: np.ndarray) -> None:
    """The same values in another order."""
    values[:] = values[::-1].copy()


@pytest.mark.parametrize("change", [np.ndarray.sort, shuffled])
def test_values_in_another_order(change: Callable[[np.ndarray], None]) -> None:
    """Sorting in place leaves the sum as it is, and is noticed."""
    frame = pd.DataFrame({"x": np.arange(100.0)[::-1].copy()})
    before, values = prints(frame), frame["x"].to_numpy()
    values.flags.writeable = True
    change(values)

    assert written(frame, before) == ["x"]
    assert written(frame, prints(frame)) == []
