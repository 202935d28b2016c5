"""Profiles add up: any chunking gives the same counts, and close figures."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from seawall.profile import ColumnProfile, Profile, Shape, measure, unseen

ANY = st.lists(st.floats(width=64) | st.sampled_from([0.0, -0.0, 1.0, 2.0]), max_size=30)
GRIDS = st.lists(st.floats(-10, 10) | st.integers(-3, 3).map(float), max_size=8).map(
    lambda points: tuple(sorted({point + 0.0 for point in points}))
)


def described(values: list[Any], shape: Shape, dtype: Any = "float64") -> ColumnProfile:
    """The profile of one column; a warning would be an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return measure(pd.DataFrame({"a": pd.Series(values, dtype=dtype)}), {"a": shape}).columns[
            "a"
        ]


def counts(profile: ColumnProfile) -> tuple[Any, ...]:
    """What must not depend on how the rows were cut."""
    own = (profile.rows, profile.nulls, profile.nans, profile.minus_infinities)
    ends = (profile.plus_infinities, profile.finite, profile.min, profile.max)
    tails = (dict(profile.below), dict(profile.above), profile.cells.tolist())
    distinct = (profile.distinct.hashes.tolist(), profile.distinct.registers is None)
    return (*own, *ends, *tails, *distinct)


@given(first=ANY, second=ANY, third=ANY, grid=GRIDS)
@example(first=[1.7e308, 1.7e308], second=[-1.7e308], third=[], grid=(0.0,))
@example(first=[math.inf], second=[-math.inf, math.nan], third=[1.0], grid=(1.0, 2.0))
def test_any_chunking_counts_the_same(
    first: list[float], second: list[float], third: list[float], grid: tuple[float, ...]
) -> None:
    """Merging associates and commutes: every count is that of one piece."""
    shape = Shape("ordered", grid)
    a, b, c = (described(part, shape) for part in (first, second, third))
    whole = counts(described([*first, *second, *third], shape))

    assert counts((a + b) + c) == counts(a + (b + c)) == counts(c + b + a) == whole
    assert a + unseen(shape) == unseen(shape) + a == a


@given(values=ANY, grid=GRIDS)
def test_cells(values: list[float], grid: tuple[float, ...]) -> None:
    """Each finite value is counted at the grid point that it is, or in the gap that holds it."""
    found = described(values, Shape("ordered", grid)).cells
    finite = np.asarray([value for value in values if math.isfinite(value)])
    if not grid:
        assert found.tolist() == [len(finite)]
        return
    edges = [-math.inf, *grid, math.inf]
    gaps = [
        int(((finite > a) & (finite < b)).sum()) for a, b in zip(edges, edges[1:], strict=False)
    ]

    assert found[::2].tolist() == gaps
    assert found[1::2].tolist() == [int((finite == point).sum()) for point in grid]


def test_other_shapes_do_not_add() -> None:
    """Columns that are counted by other grids are refused, both named."""
    one, other = (Profile(0, {"a": unseen(Shape("ordered", grid))}) for grid in [(1.0,), (2.0,)])
    with pytest.raises(ValueError, match=r"column a: .* from 1 to 1; .* from 2 to 2"):
        one + other
