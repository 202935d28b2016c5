"""Quantiles keep to the error that they state, wherever the values lie."""

from __future__ import annotations

import bisect
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from seawall.profiles import ColumnProfile, Shape, measure, shape_of

SHARES = [0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0]
GRIDS = st.lists(st.floats(-100, 100) | st.integers(-3, 3).map(float), max_size=8).map(
    lambda points: tuple(sorted({point + 0.0 for point in points}))
)
SIZED = st.floats(1e-30, 1e30) | st.floats(-1e30, -1e-30) | st.integers(-3, 3).map(float)


def described(values: list[float], shape: Shape) -> ColumnProfile:
    """The profile of one column of numbers."""
    return measure(pd.DataFrame({"a": np.asarray(values, dtype=float)}), {"a": shape}).columns["a"]


def allowed(value: float, grid: tuple[float, ...]) -> float:
    """How far a quantile may lie from this one: nothing at a point, the gap between two, 0.8 % beyond."""
    rounding = 1e-15 * max(map(abs, grid), default=0.0)
    low, high = (grid[0], grid[-1]) if grid else (0.0, 0.0)
    if value in grid:
        return 0.0
    if not low < value < high:
        return 0.008 * min(abs(value - low), abs(value - high)) + rounding + 1e-37
    place = bisect.bisect(grid, value)
    return grid[place] - grid[place - 1]


@given(values=st.lists(SIZED, min_size=1, max_size=40), grid=GRIDS)
@example(values=[0.0] * 5, grid=())
@example(values=[-0.0, 0.0, -1.0], grid=())
@example(values=[7.25] * 9, grid=())
@example(values=[7.25] * 9, grid=(7.0, 8.0))
def test_stated_error(values: list[float], grid: tuple[float, ...]) -> None:
    """Exact at a grid point, within the gap between two, within 0.8 % of the distance beyond."""
    found = described(values, Shape("ordered", grid)).quantiles(SHARES)
    exact = np.quantile(values, SHARES, method="inverted_cdf").tolist()

    assert found == sorted(found)
    assert [
        (f, e) for f, e in zip(found, exact, strict=True) if abs(f - e) > allowed(e, grid)
    ] == []


@pytest.mark.parametrize("moved", [lambda x: x + 10, lambda x: x * 1000, lambda x: -x])
def test_a_batch_elsewhere(moved: np.ufunc) -> None:
    """A batch that has left its reference's range keeps its mean and spread, and quantiles to 0.8 %."""
    reference = np.random.default_rng(1).normal(2, 1, 20_000)
    shape, batch = shape_of(pd.Series(reference)), moved(reference[:5_000])
    found = described(batch.tolist(), shape)
    exact = np.quantile(batch, SHARES, method="inverted_cdf").tolist()
    errors = [abs(f - e) for f, e in zip(found.quantiles(SHARES), exact, strict=True)]

    assert (found.mean, found.std) == pytest.approx((batch.mean(), batch.std(ddof=1)), rel=1e-12)
    assert all(error <= allowed(e, shape.grid) for error, e in zip(errors, exact, strict=True))


SENTINELS = st.sampled_from([-999.0, -1_000.0, -998.5, 9_999.0, 1e20])


@given(
    values=st.lists(SENTINELS | st.floats(-1_010, -990), min_size=1, max_size=40),
    grid=st.sampled_from([(), (-49.0, 96.0), (-1_000.0, 0.0)]),
)
def test_sentinels_keep_the_stated_error(values: list[float], grid: tuple[float, ...]) -> None:
    """A frequent value by its name puts none of those beside it further off, and all ascend."""
    found = described(values, Shape("ordered", grid)).quantiles(SHARES)
    exact = np.quantile(values, SHARES, method="inverted_cdf").tolist()

    assert found == sorted(found)
    assert all(abs(f - e) <= allowed(e, grid) for f, e in zip(found, exact, strict=True))


@pytest.mark.parametrize("grid", [(), (-49.0, 0.0, 96.0)])
def test_a_sentinel_is_told_exactly(grid: tuple[float, ...]) -> None:
    """Beyond the grid, too: -999 is not -996."""
    column = described([*np.arange(90.0), *[-999.0] * 30, -1_001.0], Shape("ordered", grid))

    assert column.quantiles([0.05, 0.2]) == [-999.0, -999.0]
    assert column.bounds([0.05]) == [(-999.0, -999.0)]


@given(values=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=30))
def test_any_size(values: list[float]) -> None:
    """Whatever its size, a quantile is a number within the range, and they ascend."""
    found = described(values, Shape("ordered", (0.0, 1.0))).quantiles(SHARES)

    assert all(low <= high for low, high in pairwise(found))
    assert all(min(values) <= value <= max(values) for value in found)


@given(values=st.lists(SIZED, min_size=1, max_size=40), grid=GRIDS)
def test_bounds_hold_the_quantile(values: list[float], grid: tuple[float, ...]) -> None:
    """Each exact quantile lies between its bounds, beyond the grid's ends to the stated 0.8 %."""
    column = described(values, Shape("ordered", grid))
    exact = np.quantile(values, SHARES, method="inverted_cdf").tolist()

    for (low, high), value in zip(column.bounds(SHARES), exact, strict=True):
        inside = bool(grid) and grid[0] <= value <= grid[-1]
        spare = 0.0 if inside else allowed(value, grid)
        assert low - spare <= value <= high + spare


@pytest.mark.parametrize(
    ("shares", "error", "word"),
    [
        ([2, -1], ValueError, "a quantile of 2, allowed: shares from 0 to 1"),
        ([0.5, float("nan")], ValueError, "nan"),
        (0.5, TypeError, "a list of shares"),
        ("0.5", TypeError, "a list of shares"),
    ],
)
def test_what_is_no_share_is_refused(shares: object, error: type[Exception], word: str) -> None:
    """Also of a column without values, and of its bounds."""
    for values in ([], [1.0, 2.0]):
        column = described(values, Shape("ordered", (1.0,)))
        for ask in (column.quantiles, column.bounds):
            with pytest.raises(error, match=word):
                ask(shares)  # type: ignore[arg-type]
