"""Bounds and shares with some room."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.infer.rounding import roomy, roomy_share

numbers = st.floats(-1e12, 1e12) | st.integers(-(10**12), 10**12)


@given(numbers, numbers, st.booleans())
def test_bounds_are_kept_by_what_was_seen(one: float, other: float, whole: bool) -> None:  # noqa: FBT001
    """Both ends lie within, and what was never negative may not become so."""
    low, high = sorted((math.floor(one), math.floor(other)) if whole else (one, other))
    found = roomy(low, high, whole=whole)

    assert found is not None
    assert found[0] <= low
    assert high <= found[1]
    assert low < 0 or found[0] >= 0


@pytest.mark.parametrize("end", [math.inf, math.nan, 2.0**54])
def test_no_bound_that_is_no_number(end: float) -> None:
    """A bound that could not be written exactly is not proposed."""
    assert roomy(0, end, whole=False) is None


@given(st.floats(0.000001, 1))
def test_shares_have_room(share: float) -> None:
    """The share of nulls that was seen is well below the one that is allowed."""
    found = roomy_share(share)

    assert found is None or float(found.rstrip("%")) / 100 >= share * 1.5 - 1e-12
