"""Differences of two shares, against Fisher's test."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from seawall.drift.shares import Share, change_p, mean_deviation, rise_p


@st.composite
def shares(draw: st.DrawFn) -> Share:
    """Some of up to 2,000 rows."""
    rows = draw(st.integers(1, 2_000))
    return Share(draw(st.integers(0, rows)), rows)


def table(reference: Share, batch: Share) -> list[list[int]]:
    """The 2 × 2 table of both."""
    return [[side.count, side.rows - side.count] for side in (batch, reference)]


@given(shares(), shares())
def test_a_rise_has_the_p_of_fishers_test(reference: Share, batch: Share) -> None:
    """Exactly the upper tail, also of counts of 0 and of all rows."""
    known = stats.fisher_exact(table(reference, batch), alternative="greater").pvalue

    assert rise_p(reference, batch) == pytest.approx(known, rel=1e-6, abs=1e-12)


@given(shares(), shares())
def test_a_change_has_twice_the_smaller_tail(reference: Share, batch: Share) -> None:
    """A fall counts as a rise does."""
    tails = [
        stats.fisher_exact(table(reference, batch), alternative=side).pvalue
        for side in ("greater", "less")
    ]

    assert change_p(reference, batch) == pytest.approx(min(1, 2 * min(tails)), rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("count", [4_850, 5_000, 5_180])
def test_a_change_of_many_rows_has_the_p_of_chi_squared(count: int) -> None:
    """Within 5 % of the 2 × 2 test with Yates' correction for p above 1e-3, at 50,000 against a million rows."""
    reference, batch = Share(100_000, 1_000_000), Share(count, 50_000)
    known = stats.chi2_contingency(table(reference, batch), correction=True).pvalue

    assert change_p(reference, batch) == pytest.approx(known, rel=0.05)


@pytest.mark.parametrize("deviations", [-3, 0, 2, 5])
def test_the_normal_tail_takes_over_where_it_is_near(deviations: int) -> None:
    """At a standard deviation of just above 100 rows it is within 15 % of the exact tail."""
    reference = Share(20_200, 2_000_000)
    batch = Share(10_100 + deviations * 122, 1_000_000)
    hits = reference.count + batch.count
    known = stats.hypergeom.sf(batch.count - 1, 3_000_000, hits, 1_000_000)

    assert rise_p(reference, batch) == pytest.approx(known, rel=0.15)


def test_nothing_of_nothing_has_no_p() -> None:
    """A side without rows gives NaN, a share of 0."""
    assert math.isnan(rise_p(Share(0, 0), Share(1, 2)))
    assert math.isnan(change_p(Share(1, 2), Share(0, 0)))
    assert Share(0, 0).value == 0


@given(st.lists(st.integers(0, 300), min_size=1, max_size=5), st.integers(0, 300))
def test_the_mean_deviation_is_that_of_the_hypergeometric_distribution(
    hits: list[int], chosen: int
) -> None:
    """De Moivre's closed form agrees with the sum over all outcomes."""
    outcomes = np.arange(chosen + 1)
    known = [
        np.abs(outcomes - chosen * hit / 300) @ stats.hypergeom.pmf(outcomes, 300, hit, chosen)
        for hit in hits
    ]

    assert mean_deviation(np.array(hits), 300, chosen) == pytest.approx(known, abs=1e-9)
