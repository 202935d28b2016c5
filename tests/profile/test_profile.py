"""Profiles add up: any chunking gives the same counts, and close figures."""
# ruff: noqa: PD011 - `values` of a profile are no pandas values

from __future__ import annotations

import json
import math
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from seawall.profile import ColumnProfile, Profile, measure

ANY = st.lists(st.floats(width=64), max_size=30)
SIZED = st.floats(1e-37, 3e38) | st.floats(-3e38, -1e-37) | st.just(0.0)
SHARES = [0.05, 0.25, 0.5, 0.75, 0.95]


def described(values: list[Any], dtype: Any = "float64") -> ColumnProfile:
    """The profile of one column; a warning would be an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return measure(pd.DataFrame({"a": pd.Series(values, dtype=dtype)}), ["a"]).columns["a"]


def counts(profile: ColumnProfile) -> tuple[Any, ...]:
    """What must not depend on how the rows were cut."""
    own = (profile.rows, profile.nulls, profile.infinities, profile.finite, profile.values)
    return (*own, profile.min, profile.max, dict(sorted(profile.buckets.items())))


def close(a: float, b: float, size: float) -> bool:
    """Whether the numbers agree to 1e-12 of the size of what was added up."""
    return math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-12 * size)


@given(first=ANY, second=ANY, third=ANY)
@example(first=[1.7e308, 1.7e308], second=[-1.7e308], third=[])
@example(first=[math.inf], second=[-math.inf, math.nan], third=[1.0])
def test_any_chunking_counts_the_same(
    first: list[float], second: list[float], third: list[float]
) -> None:
    """Merging associates and commutes: rows, nulls, range and buckets are those of one piece."""
    a, b, c = described(first), described(second), described(third)
    whole = counts(described([*first, *second, *third]))

    assert counts((a + b) + c) == counts(a + (b + c)) == counts(c + b + a) == whole
    assert counts(a + ColumnProfile()) == counts(ColumnProfile() + a) == counts(a)


@given(chunks=st.lists(st.lists(st.floats(-1e6, 1e6), max_size=20), min_size=1, max_size=6))
def test_moments(chunks: list[list[float]]) -> None:
    """Mean and standard deviation of merged chunks are numpy's, to 1e-12."""
    merged = ColumnProfile()
    for chunk in chunks:
        merged += described(chunk)
    values = np.array([value for chunk in chunks for value in chunk])
    if len(values) < 2:
        assert merged.std is None
        return
    size = float(np.abs(values).max())

    assert close(merged.mean, values.mean(), size)
    assert merged.std is not None
    assert close(merged.std, values.std(ddof=1), size)


def test_moments_of_a_large_offset() -> None:
    """Small differences between large numbers survive merging."""
    values = 1e9 + np.arange(1000.0)
    merged = sum((described(part.tolist()) for part in np.split(values, 10)), ColumnProfile())

    assert merged.std == pytest.approx(values.std(ddof=1), rel=1e-12)


@given(values=st.lists(SIZED, min_size=1, max_size=60))
@example(values=[0.0] * 5)
@example(values=[-0.0, 0.0, -1.0])
@example(values=[7.25] * 9)
@example(values=[-3e38, 3e38])
def test_quantiles(values: list[float]) -> None:
    """A quantile lies within 0.8 % of the value that stands there in order."""
    found = described(values).quantiles(SHARES)
    exact = np.quantile(values, SHARES, method="inverted_cdf")

    assert all(abs(f - e) <= 0.008 * abs(e) for f, e in zip(found, exact, strict=True))


@given(values=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=30))
def test_quantiles_beyond_float32(values: list[float]) -> None:
    """Whatever its size, a quantile is a number within the range, and they ascend."""
    found = described(values).quantiles(SHARES)

    assert found == sorted(found)
    assert all(min(values) <= value <= max(values) for value in found)


def test_no_finite_value() -> None:
    """Without a finite value there is neither range nor quantile."""
    profile = described([math.nan, math.inf])

    assert (profile.nulls, profile.infinities, profile.min) == (1, 1, None)
    assert profile.quantiles([0.5]) == []
    assert profile.summary() == {"rows": 2, "nulls": 1, "infinities": 1}


@pytest.mark.parametrize(
    ("values", "dtype", "mean", "nulls"),
    [
        ([True, False], "bool", 0.5, 0),
        ([True, None], "boolean", 1.0, 1),
        ([1, None, 3], "Int64", 2.0, 1),
        ([1, 3], "uint8", 2.0, 0),
        ([1.5, None], "float32", 1.5, 1),
    ],
)
def test_numbers_of_all_kinds(values: list[Any], dtype: str, mean: float, nulls: int) -> None:
    """Bools and integers are described as numbers, masked nulls as nulls."""
    profile = described(values, dtype)

    assert (profile.mean, profile.nulls) == (mean, nulls)


def test_categories() -> None:
    """Texts of a category are counted, whatever its codes are in each chunk."""
    first = described(["b", "a", None, "a"], pd.CategoricalDtype(["b", "a", "never"]))
    second = described(["a", "c"], "category")

    assert (first + second).values == {"b": 1, "a": 3, "c": 1}
    assert (first + second).nulls == 1
    assert (first + second).summary()["top"] == "a"


@given(sizes=st.lists(st.integers(0, 700), min_size=3, max_size=3))
def test_too_many_categories(sizes: list[int]) -> None:
    """Above 1,000 texts they are no longer counted, however the chunks are added up."""
    a, b, c = (
        ColumnProfile(rows=size, values={f"{n}-{i}": 1 for i in range(size)})
        for n, size in enumerate(sizes)
    )
    merged = [(a + b) + c, a + (b + c), (c + a) + b]

    assert len({profile.values is None for profile in merged}) == 1
    assert (merged[0].values is None) == (sum(sizes) > 1000)


@pytest.mark.parametrize("values", [["a", None], [pd.Timestamp("2024"), None], [(1,), None]])
def test_other_columns(values: list[Any]) -> None:
    """Text, times and objects have their nulls counted."""
    profile = measure(pd.DataFrame({"a": values}), ["a", "absent"])

    assert profile == Profile({"a": ColumnProfile(rows=2, nulls=1)})


def test_summary_is_json() -> None:
    """What people read can be written as JSON."""
    assert json.loads(json.dumps(described([1.0, 2.0]).summary()))["p50"] == pytest.approx(
        1, rel=0.01
    )
