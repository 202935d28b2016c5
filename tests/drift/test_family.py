"""Which tests of many are discoveries."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from seawall.drift.family import surprises
from seawall.drift.significance import discoveries

P_VALUES = st.lists(st.floats(0, 0.05), min_size=1, max_size=8)


@given(P_VALUES)
def test_of_one_column_they_are_those_of_benjamini_and_hochberg(p_values: list[float]) -> None:
    """With tests that can reach any p."""
    n = len(p_values)
    found = surprises(p_values, [0.0] * n, ["a"] * n, 0.01).found

    assert found.tolist() == discoveries(p_values, 0.01).tolist()


@given(P_VALUES)
def test_a_discovery_has_a_p_of_at_most_its_limit(p_values: list[float]) -> None:
    """And none that is above it."""
    columns = [f"c{place % 3}" for place in range(len(p_values))]
    told = surprises(p_values, [0.0] * len(p_values), columns, 0.01)

    assert all(
        (p <= limit) == found
        for p, limit, found in zip(p_values, told.limits, told.found, strict=True)
        if found or p > 1e-12
    )


def test_tests_that_cannot_be_significant_cost_nothing() -> None:
    """One p of 0.004 is a discovery at 1 % beside a hundred columns without a null."""
    p_values, least = [0.004, *[1.0] * 100], [0.0, *[1.0] * 100]
    columns = [f"c{place}" for place in range(101)]

    assert surprises(p_values, least, columns, 0.01).found.sum() == 1
    assert surprises(p_values, [0.0] * 101, columns, 0.01).found.sum() == 0


def test_many_tests_of_one_column_do_not_help_another() -> None:
    """Eight discoveries in one column would let p = 0.008 pass in another, were all tests one family."""
    p_values, columns = [*[0.0] * 8, 0.008, 0.5], [*["broken"] * 8, "sound", "sound"]

    assert discoveries(p_values, 0.01)[8]
    assert not surprises(p_values, [0.0] * 10, columns, 0.01).found[8:].any()


def test_columns_of_one_test_each_are_those_of_benjamini_and_hochberg() -> None:
    """Each column that is found leaves the next one more room: 0.008 is below 0.01 times four of five."""
    p_values, columns = [0.001, 0.003, 0.005, 0.008, 0.5], ["a", "b", "c", "d", "e"]
    told = surprises(p_values, [0.0] * 5, columns, 0.01)

    assert told.found.tolist() == discoveries(p_values, 0.01).tolist() == [True] * 4 + [False]
    assert told.limits.tolist() == [0.01 * 4 / 5] * 5


def test_a_test_that_could_not_be_made_is_no_discovery() -> None:
    """NaN is not found, and nothing is found where there is no test."""
    assert surprises([math.nan, 0.0], [0.0, 0.0], ["a", "a"], 0.01).found.tolist() == [False, True]
    assert surprises([], [], [], 0.01).found.tolist() == np.zeros(0).tolist()
