"""Repeated values of a column, found among any number of chunks."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seawall.disk import Disk
from seawall.running.marks import Marks, Repeats, marked

VALUES = st.one_of(
    st.lists(st.none() | st.integers(-3, 3) | st.just(2**62), max_size=30),
    st.lists(st.none() | st.sampled_from([0.0, -0.0, float("nan"), 1.5, 1e300]), max_size=30),
    st.lists(st.none() | st.text("ab\0é", max_size=2), max_size=30),
    st.lists(st.none() | st.booleans(), max_size=30),
)


def repeats_of(
    values: pa.Array, folder: Path, cuts: Sequence[int] = (), *, back: bool = False
) -> Repeats:
    """What repeats what when the values are cut into chunks at these places."""
    borders = [0, *sorted(min(cut, len(values)) for cut in cuts), len(values)]
    pieces = list(itertools.pairwise(borders))
    path = folder / "marks"
    path.unlink(missing_ok=True)
    marks = Marks(path, Disk())
    for start, stop in reversed(pieces) if back else pieces:
        chunk = pa.chunked_array([values.slice(start, stop - start)])
        marks.add(marked(chunk, np.arange(start, stop)))
    return marks.settle()


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(values=VALUES, cuts=st.lists(st.integers(0, 30), max_size=4), back=st.booleans())
def test_any_cut_finds_what_pandas_finds(
    tmp_path: Path, values: list[Any], cuts: list[int], *, back: bool
) -> None:
    """However the values are cut, and in whatever order chunks come, pandas finds the same rows."""
    array = pa.array(values)
    series = pd.Series(values, dtype=object)
    expected = np.flatnonzero(series.duplicated() & series.notna())

    assert repeats_of(array, tmp_path, cuts, back=back).rows.tolist() == expected.tolist()


@pytest.mark.parametrize(
    "values",
    [
        pa.array([3, 1, 3], pa.int8()),
        pa.array([2**64 - 1, 0, 2**64 - 1], pa.uint64()),
        pa.array([2**53, 2**53 + 1, 2**53]),
        pa.array([0.0, 1.0, -0.0]),
        pa.array([1.5, 2, 1.5], pa.float32()),
        pa.array(["a", "b", "a"]).dictionary_encode(),
        pa.array(["a", "b", "a"], pa.large_string()),
        pa.array([b"a", b"b", b"a"]),
        pa.array([True, False, True]),
        pa.array([1, 2, 1], pa.timestamp("ns", tz="UTC")),
        pa.array([1, 2, 1], pa.date32()),
        pa.array([1, 2, 1], pa.time64("us")),
        pa.array([Decimal("1.10"), Decimal("1.11"), Decimal("1.10")]),
        pa.array([[1], [2], [1]]),
    ],
    ids=lambda values: str(values.type),
)
def test_values_of_every_type(tmp_path: Path, values: pa.Array) -> None:
    """Of three values the third, in another chunk, repeats the first, and the second does not."""
    found = repeats_of(values, tmp_path, [2])

    assert (found.rows.tolist(), found.pair) == ([2], (0, 2))


def test_first_pair_spans_chunks(tmp_path: Path) -> None:
    """The pair that is named is the first that a reader of the rows would meet."""
    values = pa.array(["x", "y", "z", "z", "x", "x"])

    assert repeats_of(values, tmp_path, [2, 4], back=True).pair == (2, 3)


def test_many_rows_of_one_value(tmp_path: Path) -> None:
    """A column of one value takes no memory of marks: each chunk leaves a single one."""
    values = pa.array(np.zeros(100_000))
    found = repeats_of(values, tmp_path, range(0, 100_000, 10_000))

    assert len(found.rows) == 99_999
    assert (tmp_path / "marks").stat().st_size == 10 * 24


def test_times_of_whole_seconds_are_spread(tmp_path: Path) -> None:
    """Values that are multiples of a large number don't all meet in one part."""
    whole = pa.array(np.arange(50_000) * 1_000_000, pa.timestamp("us"))
    borders = marked(pa.chunked_array([whole]), np.arange(50_000)).borders

    assert np.diff(borders).max() < 400
