"""From a sample to a shape: the kind, the grid, the vocabulary."""

from __future__ import annotations

import datetime as dt
import json
import sys
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.profiles import Kind, Shape, kind_of, measure, shape_of, shapes_of, to_json

ARROW = pd.ArrowDtype
MOMENT = dt.datetime(2024, 3, 1, 12, 30)  # noqa: DTZ001 - a time without a zone


@pytest.mark.parametrize(
    ("values", "dtype", "kind"),
    [
        ([1, 2], "uint64", "ordered"),
        ([1, None], "Int64", "ordered"),
        ([1.5, None], "float32", "ordered"),
        ([1, None], ARROW(pa.int16()), "ordered"),
        ([Decimal(1), None], ARROW(pa.decimal128(9, 2)), "ordered"),
        ([Decimal(1), 2.5, 3, None], object, "ordered"),
        ([dt.timedelta(days=1)], "timedelta64[us]", "ordered"),
        ([True, False], "bool", "boolean"),
        ([True, None], "boolean", "boolean"),
        ([True, None], object, "boolean"),
        ([MOMENT, None], "datetime64[s]", "timestamp"),
        ([MOMENT, None], "datetime64[ns, Europe/Berlin]", "timestamp"),
        ([MOMENT.date(), None], object, "timestamp"),
        ([MOMENT.date(), None], ARROW(pa.date32()), "timestamp"),
        ([pd.Period("2024-03")], "period[M]", "timestamp"),
        (["a", "b", None], "str", "categorical"),
        (["a", "b", None], object, "categorical"),
        ([1, 2], "category", "categorical"),
        (["a", "b", None], ARROW(pa.dictionary(pa.int32(), pa.string())), "categorical"),
        ([f"{n}" for n in range(51)], "str", "text"),
        ([f"{n}" for n in range(51)] * 2, "str", "categorical"),
        ([f"{n}" for n in range(1_001)] * 10, "str", "categorical"),
        ([f"{n}" for n in range(1_001)] * 9, "str", "text"),
        ([None, None], "str", "text"),
        ([None, None], object, "text"),
        ([[1], {"a": 2}, "x", 5], object, "text"),
        (["a", 1], object, "text"),
        ([1j], "complex128", "text"),
    ],
)
def test_kinds(values: list[Any], dtype: Any, kind: Kind) -> None:
    """A column's kind follows from its type, and texts and objects from what they are."""
    assert kind_of(pd.Series(values, dtype=dtype)) == kind


SAMPLES = st.builds(
    lambda seed, rows, digits, power: np.round(
        np.random.default_rng(seed).standard_gamma(0.7, rows) ** power, digits
    ),
    *(st.integers(0, 99), st.integers(1, 3000), st.integers(0, 6), st.sampled_from([1, 4, -1])),
)


@settings(max_examples=60, deadline=None)
@given(sample=SAMPLES, offset=st.sampled_from([0.0, 1.4e9, -3e-7, 1e15]))
def test_grid(sample: np.ndarray[Any, Any], offset: float) -> None:
    """At most 256 points that hold the sample, no more than 1.25/255 of it (and ten rows) between two."""
    values = sample[np.isfinite(sample)] + offset
    shape = shape_of(pd.Series(values))
    gaps = measure(pd.DataFrame({"a": values}), {"a": shape}).columns["a"].cells[::2]
    kinds, counts = np.unique(values, return_counts=True)
    frequent = kinds if len(kinds) <= 256 else kinds[counts * 256 >= len(values)]

    assert len(shape.grid) <= 256
    assert (gaps[0], gaps[-1]) == (0, 0)
    assert gaps.max() <= 1.25 / 255 * len(values) + 10
    assert set(frequent.tolist()) <= set(shape.grid)


def test_a_grid_tells_no_row() -> None:
    """Of values that stand in one row each none is a grid point, and a column is at most 5 kB."""
    values = np.random.default_rng(4).lognormal(3, 2, 20_000)
    shape = shape_of(pd.Series(values))
    document = to_json(measure(pd.DataFrame({"a": values}), {"a": shape}))

    gaps = np.diff(np.searchsorted(np.sort(values), shape.grid))

    assert set(shape.grid).isdisjoint(values.tolist())
    assert gaps.max() <= 1.25 / 255 * 20_000 + 10
    assert shape.grid[0] <= values.min() < values.max() <= shape.grid[-1] < 1.02 * values.max()
    assert len(json.dumps(document, separators=(",", ":"))) < 5_000


LARGEST = sys.float_info.max
COMMON = np.random.default_rng(5).normal(size=1001)


@pytest.mark.parametrize(
    "values",
    [
        1e308 * np.linspace(-1, 1, 1001),
        5e-324 * np.arange(1001),
        1e-300 * np.linspace(-1, 1, 1001),
        np.append(COMMON, LARGEST),
        np.append(COMMON, -LARGEST),
        np.append(COMMON, [LARGEST, -LARGEST]),
        LARGEST * np.linspace(-1, 1, 1001),
        np.append(COMMON, 5e-324 * np.arange(1001)),
    ],
)
def test_grids_of_extremes(values: np.ndarray[Any, Any]) -> None:
    """Values near the ends of what a float can hold have a grid like any others."""
    shape = shape_of(pd.Series(values))

    assert shape.grid[0] <= values.min() <= values.max() <= shape.grid[-1]


def test_vocabulary() -> None:
    """The 1,000 most frequent words are named, the first by name among equals, in order."""
    words = [f"w{n:04}" for n in range(1_100)] * 5 + ["zz"] * 6
    shape = shape_of(pd.Series(words, dtype="str"), "categorical")

    assert shape.vocabulary == (*(f"w{n:04}" for n in range(999)), "zz")


def test_rare_words_are_not_named() -> None:
    """Of a thousand values or more, a word of fewer than five rows is not named; of fewer, any is."""
    words = ["a"] * 990 + ["b"] * 5 + ["c"] * 4
    short, long = (pd.Series(words + ["a"] * n, dtype="category") for n in (0, 1))

    assert (shape_of(short).vocabulary, shape_of(long).vocabulary) == (("a", "b", "c"), ("a", "b"))


def test_keys_are_left_out() -> None:
    """A key has no shape; a kind that is told is taken; a column that is away is left out."""
    frame = pd.DataFrame({"k": [1, 2], "c": [1, 2], "x": [1, 2]})
    found = shapes_of(frame, ["k", "c", "x", "away"], kinds={"k": "key", "c": "categorical"})

    assert found == {
        "c": Shape("categorical", vocabulary=("1", "2")),
        "x": Shape("ordered", grid=(1.0, 2.0)),
    }
