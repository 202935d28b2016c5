"""Frequencies: exact, the same for any pieces, for numbers, texts and categories."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.profiles.frequent import Read, count_distinct, count_labels, more_frequent_than

VALUES = st.lists(st.none() | st.sampled_from([0.5, 0.25, 1.0, 3.0]) | st.floats(0, 1), max_size=60)


def pieces(values: list[Any], kind: pa.DataType, *, size: int = 7) -> Read:
    """A column that is read in pieces of so many rows."""
    column = pa.chunked_array([pa.array(values, kind)])
    return lambda: (column.slice(start, size) for start in range(0, len(values), size))


@settings(deadline=None)
@given(values=VALUES, rows=st.integers(0, 10), size=st.integers(1, 60))
def test_the_most_frequent(values: list[float | None], rows: int, size: int) -> None:
    """Exactly the most frequent value is found when it stands in more rows, however they are cut."""
    counts = Counter(value for value in values if value is not None)
    most = max(counts.values(), default=0)
    found = more_frequent_than(pieces(values, pa.float64(), size=size), rows)

    assert (None if found is None else found[1]) == (most if most > rows else None)
    assert found is None or counts[float(found[0])] == most


def test_a_spike_among_many_values() -> None:
    """A value in 2 % of the rows is found among a hundred thousand different ones."""
    values = np.random.default_rng(1).random(100_000)
    values[::50] = 0.375
    column = pa.chunked_array([pa.array(values)])
    found = more_frequent_than(lambda: iter([column.slice(0, 60_000), column.slice(60_000)]), 1_000)

    assert found == ("0.375", 2_000)


@pytest.mark.parametrize("kind", [pa.string(), pa.dictionary(pa.int32(), pa.string())])
def test_texts(kind: pa.DataType) -> None:
    """Texts are counted like numbers, in whatever way they are stored."""
    read = pieces(["late", "ok", "ok", None, "ok", "late", "?", "ok"], kind, size=3)

    assert more_frequent_than(read, 3) == ("ok", 4)
    assert (count_distinct(read, 9), count_distinct(read, 2)) == (3, 2)
    assert count_labels(read, ["late", "ok", "gone"]) == {"late": 2, "ok": 4, "gone": 0}


@pytest.mark.parametrize(
    ("values", "kind", "counted"),
    [
        ([0, 1, 1, None], pa.int64(), {"1": 2, "0": 1, "late": 0}),
        ([0.0, 1.0, 1.0, 2.5], pa.float64(), {"1": 2, "2.5": 1, "late": 0}),
        ([True, False, True], pa.bool_(), {"true": 2, "false": 1, "late": 0}),
    ],
)
def test_labels_of_other_types(
    values: list[Any], kind: pa.DataType, counted: dict[str, int]
) -> None:
    """A label is written as text and counted as the column holds it; one that it cannot hold has no row."""
    assert count_labels(pieces(values, kind, size=2), counted) == counted
