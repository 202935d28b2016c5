"""Profiles add up: any chunking gives the same counts, and close figures."""

from __future__ import annotations

import itertools
import json
import math
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from seawall.profiles import ColumnProfile, Profile, Shape, measure, unseen

SIMPLE = st.sampled_from([0.0, -0.0, 1.0, 2.0, 1e9])
ANY = st.lists(st.floats(width=64) | SIMPLE, max_size=30)
GRIDS = st.lists(st.floats(-10, 10) | SIMPLE | st.floats(), max_size=8).map(
    lambda points: tuple(sorted({point + 0.0 for point in points if math.isfinite(point)}))
)
WORDS = st.lists(st.none() | st.sampled_from(["a", "b", "é", "", "a long word", "c"]), max_size=30)


def described(values: list[Any], shape: Shape, dtype: Any = "float64") -> ColumnProfile:
    """The profile of one column; a warning would be an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        frame = pd.DataFrame({"a": pd.Series(values, dtype=dtype)})
        return measure(frame, {"a": shape}).columns["a"]


def counts(profile: ColumnProfile) -> tuple[Any, ...]:
    """What must not depend on how the rows were cut."""
    own = (profile.rows, profile.nulls, profile.nans, profile.minus_infinities)
    ends = (profile.plus_infinities, profile.finite, profile.min, profile.max)
    tails = (dict(profile.below), dict(profile.above), profile.cells.tolist())
    return (*own, *ends, *tails, profile.distinct.hashes.tolist())


@given(first=ANY, second=ANY, third=ANY, grid=GRIDS)
@example(first=[1.7e308, 1.7e308], second=[-1.7e308], third=[], grid=(0.0,))
@example(first=[math.inf], second=[-math.inf, math.nan], third=[1.0], grid=(1.0, 2.0))
def test_any_chunking_counts_the_same(
    first: list[float], second: list[float], third: list[float], grid: tuple[float, ...]
) -> None:
    """Merging associates and commutes: every count is that of one piece, in any order."""
    shape = Shape("ordered", grid)
    a, b, c = (described(part, shape) for part in (first, second, third))
    whole = counts(described([*third, *first, *second], shape))

    assert counts((a + b) + c) == counts(a + (b + c)) == counts(c + b + a) == whole
    assert a + unseen(shape) == unseen(shape) + a == a


@settings(max_examples=50)
@given(first=WORDS, second=WORDS, vocabulary=st.sets(st.sampled_from("abcd")))
def test_words_add_up(
    first: list[str | None], second: list[str | None], vocabulary: set[str]
) -> None:
    """Words are counted the same for any chunking, and whatever type holds them."""
    shape = Shape("categorical", vocabulary=tuple(sorted(vocabulary)))
    merged = described(first, shape, "str") + described(second, shape, "category")
    whole = described([*second, *first], shape, object)

    assert counts(merged) == counts(whole)
    assert merged.counted + merged.nulls == len(first) + len(second)
    assert merged.distinct.count == len({*first, *second} - {None})


@settings(max_examples=50)
@given(chunks=st.lists(st.lists(st.floats(-1e6, 1e6), max_size=20), min_size=1, max_size=6))
def test_moments(chunks: list[list[float]]) -> None:
    """Mean and standard deviation of merged chunks are numpy's, to 1e-12 of the values' size."""
    shape = Shape("ordered")
    merged = sum((described(chunk, shape) for chunk in chunks), unseen(shape))
    values = np.array([value for chunk in chunks for value in chunk])
    if len(values) < 2:
        assert merged.std is None
        return
    size = 1e-12 * float(np.abs(values).max())

    assert merged.mean == pytest.approx(values.mean(), rel=1e-12, abs=size)
    assert merged.std == pytest.approx(values.std(ddof=1), rel=1e-12, abs=size)


def test_moments_of_a_large_offset() -> None:
    """Small differences between large numbers survive merging."""
    values = 1e9 + np.arange(1000.0)
    parts = (described(part.tolist(), Shape("ordered")) for part in np.split(values, 10))
    merged = sum(parts, unseen(Shape("ordered")))

    assert merged.std == pytest.approx(values.std(ddof=1), rel=1e-12)


def test_what_exceeds_a_float_is_infinite() -> None:
    """Values of 1e308 have a mean and a range; their variance is said to be infinite."""
    found = described([1e308, -1e308, 1e308], Shape("ordered"))

    assert (found.mean, found.std) == (pytest.approx(1e308 / 3), math.inf)
    assert (found.min, found.max, found.quantiles([0, 1])[0]) == (
        -1e308,
        1e308,
        pytest.approx(-3e38, rel=0.2),
    )


@given(values=ANY, grid=GRIDS)
@example(values=[-0.0], grid=(-1e-50, 0.0))
@example(values=[1.0, 2.0], grid=tuple(np.linspace(1e9, 1e9 + 1, 200)))
def test_cells(values: list[float], grid: tuple[float, ...]) -> None:
    """Each finite value is counted at the grid point that it is, or in the gap that holds it."""
    found = described([*values, *grid], Shape("ordered", grid)).cells
    finite = np.asarray([value for value in [*values, *grid] if math.isfinite(value)])
    if not grid:
        assert found.tolist() == [len(finite)]
        return
    ends = itertools.pairwise([-math.inf, *grid, math.inf])

    assert found[::2].tolist() == [int(((finite > a) & (finite < b)).sum()) for a, b in ends]
    assert found[1::2].tolist() == [int((finite == point).sum()) for point in grid]


def test_cells_of_many_values() -> None:
    """A hundred thousand values are where numpy's binary search finds them, in dense clusters too."""
    rng = np.random.default_rng(5)
    clusters = (rng.normal(1e6, 1e-3, 50_000), rng.normal(size=50_000), [-1e300, 5e-324])
    values = np.concatenate([*clusters])
    grid = np.unique(np.concatenate([values[::600], [-1e305, 1e305]]))
    found = described(values, Shape("ordered", tuple(grid.tolist()))).cells
    expected = 2 * np.searchsorted(grid, values, "right") - np.isin(values, grid)

    assert np.array_equal(found, np.bincount(expected, minlength=2 * len(grid) + 1))


def test_other_shapes_do_not_add() -> None:
    """Columns that are counted by other grids are refused, both named."""
    one, other = (Profile(0, {"a": unseen(Shape("ordered", grid))}) for grid in [(1.0,), (2.0,)])
    with pytest.raises(ValueError, match=r"column a: .* from 1 to 1; .* from 2 to 2"):
        one + other


@pytest.mark.parametrize(
    ("kind", "changes", "problem"),
    [
        ("ordered", {"grid": (1.0, math.nan)}, "nan in its grid"),
        ("ordered", {"grid": (1.0, 1.0)}, "1 behind 1"),
        ("ordered", {"grid": tuple(map(float, range(257)))}, "257 grid points"),
        ("ordered", {"vocabulary": ("a",)}, "a vocabulary"),
        ("categorical", {"grid": (1.0,)}, "a grid"),
        ("categorical", {"vocabulary": ("a", "a")}, "stand there twice"),
        ("categorical", {"vocabulary": tuple(map(str, range(1001)))}, "1,001 words"),
        ("boolean", {"vocabulary": ("no", "yes")}, "the vocabulary"),
    ],
)
def test_impossible_shapes(kind: Any, changes: dict[str, Any], problem: str) -> None:
    """What nothing can be counted by is no shape."""
    with pytest.raises(ValueError, match=problem):
        Shape(kind, **changes)


def test_columns_that_one_side_lacks() -> None:
    """A column that only one of two profiles has is taken as it is; keys are left out."""
    shapes = {"a": Shape("ordered"), "b": Shape("ordered"), "k": Shape("key")}
    one, other = pd.DataFrame({"a": [1.0], "k": ["x"]}), pd.DataFrame({"a": [2.0], "b": [3.0]})
    merged = measure(one, shapes).merge(measure(other, shapes))

    assert (merged.rows, merged.columns["a"].rows, merged.columns["b"].rows) == (2, 2, 1)
    assert set(merged.columns) == {"a", "b"}


@settings(max_examples=50)
@given(
    rows=st.lists(
        st.tuples(st.sampled_from(["EWR", "JFK", "?", None]), st.floats(-5, 5)), max_size=20
    ),
    cut=st.integers(0, 20),
)
def test_segments(rows: list[tuple[str | None, float]], cut: int) -> None:
    """Each segment has its own rows, "" all others, and together they are the whole, however cut."""
    frame = pd.DataFrame(
        {
            "origin": pd.Series([origin for origin, _ in rows], dtype="str"),
            "x": pd.Series([x for _, x in rows], dtype="float64"),
        }
    )
    shapes, by = {"x": Shape("ordered", (0.0, 1.0))}, {"origin": ("EWR", "JFK")}
    merged = measure(frame[:cut], shapes, by) + measure(frame[cut:], shapes, by)
    parts = merged.segments["origin"]
    sizes = [len(frame[frame["origin"] == origin]) for origin in by["origin"]]

    assert counts(merged.columns["x"]) == counts(measure(frame, shapes).columns["x"])
    assert [parts[origin].rows for origin in by["origin"]] == sizes
    assert sum(part.columns["x"].rows for part in parts.values()) == merged.rows == len(rows)


def test_segments_by_a_column_that_is_away() -> None:
    """Where the segments' column is away every row is another's."""
    found = measure(pd.DataFrame({"x": [1.0]}), {"x": Shape("ordered")}, {"origin": ("EWR",)})

    assert found.segments["origin"][""].rows == found.rows == found.columns["x"].rows == 1


def test_summary_is_json() -> None:
    """What people read can be written as JSON, and leaves out what there is nothing of."""
    found = described([1.0, 2.0, None, math.inf, 2.0], Shape("ordered")).summary()

    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert list(found)[:4] == ["rows", "nulls", "infinities", "mean"]
    assert (found["p50"], found["distinct"], found["top"], found["top_rows"]) == (2.0, 2, 2.0, 2)


def test_no_finite_value() -> None:
    """Without a finite value there is neither range nor quantile."""
    found = described([math.nan, math.inf], Shape("ordered", (1.0,)))

    assert (found.nulls, found.infinities, found.min, found.quantiles([0.5])) == (1, 1, None, [])
    assert found.summary() == {"rows": 2, "nulls": 1, "infinities": 1}
