"""Significance over samples and over families of tests."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from seawall.drift.homogeneity import categories_p, chi2_p, merged
from seawall.drift.significance import discoveries, ks_p, radius
from tests.drift.columns import counts, split

P_VALUES = st.lists(st.floats(0, 1) | st.floats(0, 0.01), min_size=1, max_size=40)


@pytest.mark.parametrize("rows", [(100, 100), (100, 5_000), (1_000, 301), (2_000, 2_000)])
@pytest.mark.parametrize("surprise", [0.5, 0.1, 0.01, 0.003])
def test_the_p_of_kolmogorov_and_smirnov_is_within_5_percent(
    rows: tuple[int, int], surprise: float
) -> None:
    """Of scipy's exact p, for p from 1e-3 to 1, also where D has few possible values."""
    n, m = rows
    step = math.gcd(n, m) / (n * m)
    far = stats.kstwo.isf(surprise, round(n * m / (n + m))) // step * step
    batch, reference = np.arange(n) / n, np.arange(m) / m + far
    known = stats.ks_2samp(batch, reference, method="exact")

    assert known.pvalue > 1e-3
    assert ks_p(known.statistic, *rows) == pytest.approx(known.pvalue, rel=0.05)


def test_effective_rows_have_no_lattice() -> None:
    """Of rows that are not whole nothing is taken off the distance: p is that of Stephens' formula."""
    root = math.sqrt(100.5 * 100.5 / 201)

    assert ks_p(0.1, 100.5, 100.5) == stats.kstwobign.sf((root + 0.12 + 0.11 / root) * 0.1)
    assert ks_p(0.1, 100.5, 100.5) < ks_p(0.1, 101, 101)


def test_the_p_of_no_distance_is_no_p() -> None:
    """NaN stays NaN, without rows to divide by."""
    assert math.isnan(ks_p(math.nan, 0, 10))


def test_the_radius_is_the_distance_that_is_surprising_at_alpha() -> None:
    """KS p at the radius is alpha, to 5 %, for many rows; without rows any distance is possible."""
    assert ks_p(radius(0.01, 5e4, 8e4), 5e4, 8e4) == pytest.approx(0.01, rel=0.05)
    assert radius(0.05, 0, 10) == math.inf


@given(P_VALUES, st.sampled_from([0.01, 0.05, 0.5]))
def test_discoveries_are_those_of_benjamini_and_hochberg(p_values: list[float], q: float) -> None:
    """A p is a discovery when scipy's adjusted one is at most q, up to rounding."""
    adjusted = stats.false_discovery_control(p_values)
    found = discoveries(p_values, q)

    assert not (found & (adjusted > q * (1 + 1e-9))).any()
    assert not (~found & (adjusted < q * (1 - 1e-9))).any()


def test_a_test_that_could_not_be_made_is_none_of_the_family() -> None:
    """NaN is no discovery, and costs the others nothing."""
    found = discoveries([math.nan, 0.009, math.nan, 0.9], 0.02)

    assert found.tolist() == [False, True, False, False]
    assert not len(discoveries([], 0.05))


@given(st.lists(st.tuples(st.integers(15, 99), st.integers(15, 99)), min_size=2, max_size=9))
def test_chi_squared_agrees_with_scipy_where_nothing_is_rare(cells: list[tuple[int, int]]) -> None:
    """The p of the contingency table without Yates' correction, to nine digits."""
    first, second = zip(*cells, strict=True)
    both = counts(first, second)
    if len(merged(both).batch) < len(cells):
        return
    known = stats.chi2_contingency([first, second], correction=False).pvalue

    assert chi2_p(both) == pytest.approx(known, rel=1e-9, abs=1e-300)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 90)), min_size=2, max_size=60))
def test_merged_cells_have_five_expected_rows_and_lose_none(cells: list[tuple[int, int]]) -> None:
    """Unless all are one, each has at least 5 on the smaller side, and the sums stay."""
    first, second = zip(*cells, strict=True)
    if not sum(first) or not sum(second):
        return
    found = merged(counts(first, second))
    expected = (found.batch + found.reference) * min(sum(first), sum(second)) / sum(first + second)

    assert len(found.batch) == 1 or expected.min() >= 5 * (1 - 1e-12)
    assert (found.reference_rows, found.rows) == (sum(first), sum(second))


def test_two_categories_are_compared_exactly() -> None:
    """A rare true in a small batch has the p of Fisher's test, though chi² would merge it away."""
    both = counts([995, 5], [92, 8])

    assert chi2_p(both) == 1.0
    assert categories_p(both) == pytest.approx(
        2 * stats.fisher_exact([[8, 92], [5, 995]], alternative="greater").pvalue, rel=1e-6
    )


def test_categories_of_nobody_have_no_p() -> None:
    """NaN when a side has no values; 1 when both have a single one."""
    assert math.isnan(categories_p(counts([3, 4], [0, 0])))
    assert math.isnan(chi2_p(counts([0, 0], [3, 4])))
    assert categories_p(split([1.0], [1.0])) == 1.0
