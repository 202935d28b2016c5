"""Frequent values by name: never counted too high, and never missed by more than is said."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.profiles import Atoms, ColumnProfile, Shape, measure, unseen
from seawall.profiles.repeats import repeats_of

VALUES = st.lists(st.integers(0, 200) | st.integers(0, 3), max_size=300)


def described(values: object, shape: Shape) -> ColumnProfile:
    """The profile of one column."""
    return measure(pd.DataFrame({"a": values}), {"a": shape}).columns["a"]


@given(values=VALUES, chunks=st.integers(1, 5))
def test_bounds(values: list[int], chunks: int) -> None:
    """A value's rows lie between its counter and that with what is missed, however rows are cut."""
    shape = Shape("ordered", (1.0,))
    parts = np.array_split(np.asarray(values, dtype=float), chunks)
    found = sum((described(part, shape) for part in parts), unseen(shape)).atoms
    truth = Counter(repr(float(value)) for value in values if value != 1)

    assert len(found.counts) <= 32
    assert all(
        found.counts.get(name, 0) <= n <= found.counts.get(name, 0) + found.missed
        for name, n in truth.items()
    )
    assert found.missed <= 2 * len(values) / 33 + chunks


def test_a_long_stream() -> None:
    """However many new values come after each other, no more than 1/33 of the rows is missed."""
    parts = [Atoms({str(start + n): 100 for n in range(32)}) for start in range(0, 2_000, 5)]
    found = sum(parts, Atoms())

    assert found.missed <= len(parts) * 3_200 / 33


def test_a_sentinel() -> None:
    """A default value that the grid has never seen is found by name, and counted to the row."""
    values = np.random.default_rng(2).normal(size=60_000)
    values[::50] = -999.0
    found = described(values, Shape("ordered", (-1.0, 0.0, 1.0)))

    assert found.atoms == Atoms({"-999.0": 1_200}, found.atoms.missed)
    assert found.top == ("-999.0", 1_200)


def test_values_of_the_grid_are_no_atoms() -> None:
    """What the grid names is counted there, and is the top value when it is the most frequent."""
    found = described([1.0, 1.0, 1.0, 2.5, 2.5], Shape("ordered", (0.0, 1.0)))

    assert (found.atoms.counts, found.top) == ({"2.5": 2}, ("1.0", 3))


def test_many_values_of_few_kinds() -> None:
    """Of a hundred thousand rows with a thousand values the frequent ones are counted exactly."""
    values = np.random.default_rng(3).geometric(0.01, 100_000) / 4
    found = described(values, Shape("ordered")).atoms
    truth = Counter(map(repr, values.tolist())).most_common(32)

    assert sorted(found.counts.values(), reverse=True) == [count for _, count in truth]
    assert all(found.counts[name] == count for name, count in truth[:30])


@pytest.mark.parametrize("kinds", [300, 4_000, 60_000])
def test_repeats(kinds: int) -> None:
    """Without sorting, the values of so many rows are those that sorting finds, with their rows."""
    values = np.random.default_rng(kinds).integers(0, kinds, 40_000) / 10
    found = repeats_of(values, 9)
    expected, counts = np.unique(values, return_counts=True)
    order = np.argsort(found.kinds)

    assert found.kinds[order].tolist() == expected[counts >= 9].tolist()
    assert found.counts[order].tolist() == counts[counts >= 9].tolist()


def test_new_words_are_named() -> None:
    """Words that the vocabulary lacks are counted as one, and named when they repeat; long ones in part."""
    words = ["EWR"] * 5 + ["NEW"] * 3 + ["x" * 100] * 2 + ["once"]
    found = described(pd.Series(words, dtype="str"), Shape("categorical", vocabulary=("EWR",)))

    assert (found.cells.tolist(), found.values) == ([5, 6], {"EWR": 5})  # noqa: PD011 - no pandas
    assert found.atoms.counts == {"NEW": 3, "x" * 79 + "…": 2}
    assert found.top == ("EWR", 5)
