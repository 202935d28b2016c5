"""What is usual in a series, and how surprising a new value is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from seawall.drift.usual import Scale, Usual, usual, usual_without_each

SCALE = Scale(("distance", "location", "null share"), np.array([0.05, 0.1, 0.02]))
SERIES = arrays.arrays(
    np.float64,
    st.tuples(st.integers(3, 20), st.just(3)),
    elements=st.one_of(st.floats(0, 1), st.just(float("nan"))),
)


@settings(max_examples=60, deadline=None)
@given(SERIES)
def test_leaving_one_out_is_what_the_others_alone_say(series: np.ndarray) -> None:
    """What is usual without a batch is what is usual in a series that never had it."""
    values = SCALE.of(series)
    every = usual_without_each(SCALE, values)

    for row in range(len(values)):
        alone = usual(SCALE, np.delete(values, row, axis=0))
        known = np.isfinite(values[row]) & (alone.count > 0)
        np.testing.assert_allclose(every.median[row][known], alone.median[known])
        np.testing.assert_allclose(every.scatter[row][known], alone.scatter[known])


def test_a_series_without_values_is_no_limit() -> None:
    """What was never seen is never surprising: no value, however far out, is beyond what is usual."""
    found = usual(SCALE, np.full((9, 3), np.nan))

    assert np.isinf(found.scatter).all()
    assert not (np.array([1.0, 1e9, 1.0]) > found.limits(np.full(3, 5.0))).any()
    assert (found.surprise(np.full(3, 40.0)) == 0).all()


def test_a_scale_leads_back_to_where_it_came_from() -> None:
    """Magnitudes above a quarter of the floor survive the way there and back."""
    found = np.array([[0.3, 2.5, 0.2], [0.9, 1000.0, 0.006]])

    np.testing.assert_allclose(SCALE.back(SCALE.of(found)), found)


def test_a_limit_is_as_surprising_as_was_asked() -> None:
    """A value that stands at the limit for p = 1e-3 has p = 1e-3."""
    rng = np.random.default_rng(1)
    known = usual(SCALE, SCALE.of(rng.uniform(0.01, 0.2, (40, 3))))
    limits = known.limits(np.full(3, np.log(1000)))

    np.testing.assert_allclose(known.surprise(SCALE.of(limits)), np.log(1000), rtol=1e-6)


@pytest.mark.parametrize("batches", [9, 20, 60])
def test_a_half_normal_series_alarms_as_often_as_stated(batches: int) -> None:
    """Shifts of normal day effects exceed the limit for 1 % in 2 % of new days at most, for any length."""
    rng = np.random.default_rng(batches)
    scale = Scale(("location",) * 400, np.full(400, 0.0))
    days = np.abs(rng.normal(0, 0.3, (batches + 50, 400)))
    limits = usual(scale, scale.of(days[:batches])).limits(np.full(400, np.log(100)))

    assert (days[batches:] > limits).mean() <= 0.02


def test_few_batches_make_wide_limits() -> None:
    """The limit after eight batches is wider than that after sixty of the same series."""
    rng = np.random.default_rng(2)
    series = SCALE.of(rng.uniform(0.01, 0.1, (60, 3)))
    few, many = usual(SCALE, series[:8]), usual(SCALE, series)
    bar = np.full(3, np.log(3000))

    assert (few.limits(bar) > many.limits(bar)).all()


def test_a_series_that_never_moved_is_not_taken_for_exact() -> None:
    """Sixty batches without a null leave a limit below which a null is no surprise."""
    known: Usual = usual(SCALE, SCALE.of(np.zeros((60, 3))))

    assert (known.scatter > 0).all()


def test_a_series_without_values_surprises_nobody() -> None:
    """Where no batch had a value, none is a surprise."""
    known = usual(SCALE, np.full((12, 3), np.nan))

    np.testing.assert_array_equal(known.surprise(np.array([1.0, 1.0, 1.0])), np.zeros(3))


def test_one_odd_day_does_not_hide_the_next() -> None:
    """A shift by three standard deviations, once in forty days, leaves a limit below two."""
    rng = np.random.default_rng(3)
    days = np.abs(rng.normal(0, 0.05, (40, 1)))
    days[20] = 3.0
    scale = Scale(("location",), np.array([0.1]))

    assert usual(scale, scale.of(days)).limits(np.full(1, np.log(1000)))[0] < 2.0
