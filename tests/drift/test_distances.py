"""Distances, against scipy on the values themselves."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import spatial, stats

from seawall.drift.binned import hellinger, jensen_shannon, psi, tenths
from seawall.drift.counts import counted
from seawall.drift.distances import distances, ks, total_variation
from seawall.drift.transport import IQR_OF_NORMAL, bulk, wasserstein
from tests.drift.columns import counts, measured, pair, split

HISTOGRAM = st.lists(st.integers(0, 50), min_size=3, max_size=12)


@st.composite
def samples(draw: st.DrawFn) -> list[float]:
    """Two to 800 normal values with ties or without, an atom among them, some of them far outside."""
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    values = rng.normal(draw(st.sampled_from([0, 0.5, 9])), 1, draw(st.integers(2, 800)))
    values[rng.uniform(size=len(values)) < draw(st.sampled_from([0, 0.3, 1]))] = 0.25
    return [float(value) for value in values.round(draw(st.sampled_from([0, 1, 15])))]


@settings(deadline=None, max_examples=50)
@given(samples(), samples())
@example([1.0] * 5, [1.0] * 5)
@example([0.0, 1.0], [-1e9, 1e9])
def test_the_distance_of_kolmogorov_and_smirnov_lies_within_its_bounds(
    reference: list[float], batch: list[float]
) -> None:
    """With ties, atoms and values outside the grid, scipy's D lies between both bounds."""
    low, high = ks(counted(*pair(reference, batch)))

    d = stats.ks_2samp(reference, batch, method="asymp").statistic
    assert low - 1e-12 <= d <= high + 1e-12


def test_the_bounds_of_a_continuous_column_are_half_a_percent_apart() -> None:
    """Between the bounds lies what one gap of the grid holds, and no more."""
    rng = np.random.default_rng(1)

    low, high = ks(counted(*pair(rng.normal(size=50_000), rng.normal(0.1, 1, size=20_000))))

    assert high - low < 1.2 / 255


def test_values_far_outside_the_grid_are_told_apart() -> None:
    """Two batches beyond the grid's end are compared by their distance to it."""
    rng = np.random.default_rng(2)
    shape = pair(rng.uniform(size=1_000), [])[0].shape
    far, further = (
        measured(rng.uniform(5, 6, 500), shape),
        measured(rng.uniform(50, 60, 500), shape),
    )

    assert ks(counted(far, further)) == (1.0, 1.0)


@given(HISTOGRAM, st.data())
def test_total_variation_is_half_the_sum_of_differences(
    first: list[int], data: st.DataObject
) -> None:
    """Over categories that are all listed it is numpy's ½ Σ|p − q|, from 0 to 1."""
    second = data.draw(st.lists(st.integers(0, 50), min_size=len(first), max_size=len(first)))
    if not sum(first) or not sum(second):
        return
    p, q = np.array(second) / sum(second), np.array(first) / sum(first)

    assert total_variation(counts(first, second)) == pytest.approx((np.abs(p - q).sum() / 2,) * 2)


def test_unlisted_words_may_be_others_on_each_side() -> None:
    """What one cell hides is in the upper bound of the total variation alone."""
    words = ["a"] * 900 + ["b"] * 96 + ["x"] * 2 + ["y"] * 2
    batch = ["a"] * 900 + ["b"] * 96 + ["z"] * 4

    low, high = total_variation(counted(*pair(words, batch, "categorical")))

    assert (low, high) == pytest.approx((0.0, 0.004))


def test_psi_is_the_divergence_in_both_directions() -> None:
    """Over ten bins it is scipy's entropy of (c + ½)/(n + k/2), both ways added."""
    rng = np.random.default_rng(3)
    reference, batch = rng.normal(size=5_000), rng.normal(0.3, 1.2, 3_000)
    edges = np.quantile(reference, np.arange(1, 10) / 10)
    q, p = (
        np.bincount(np.searchsorted(edges, side), minlength=10) + 0.5 for side in (reference, batch)
    )
    symmetric = stats.entropy(p, q) + stats.entropy(q, p)

    assert distances(*pair(reference, batch))["psi"] == pytest.approx(symmetric, rel=0.02)
    assert psi(counts(q - 0.5, p - 0.5)) == pytest.approx(symmetric)


def test_psi_does_not_see_an_outlier_for_the_rest() -> None:
    """One value of 1e9 in the reference leaves a shift of the others as plain as without it."""
    rng = np.random.default_rng(4)
    reference, batch = rng.normal(size=5_000), rng.normal(1, 1, 5_000)
    plain = distances(*pair(reference, batch))["psi"]

    assert distances(*pair(np.append(reference, 1e9), batch))["psi"] == pytest.approx(
        plain, rel=0.05
    )


def test_tenths_hold_a_tenth_of_the_reference_each() -> None:
    """The bins of a continuous column are off by what one gap of the grid holds."""
    rng = np.random.default_rng(5)

    bins = tenths(counted(*pair(rng.exponential(size=20_000), rng.exponential(size=100))))

    assert bins.reference / 20_000 == pytest.approx(np.full(10, 0.1), abs=1 / 250)


@given(HISTOGRAM, st.data())
def test_jensen_shannon_and_hellinger_agree_with_scipy(
    first: list[int], data: st.DataObject
) -> None:
    """In bits, with empty cells, also for two equal histograms."""
    second = data.draw(st.lists(st.integers(0, 50), min_size=len(first), max_size=len(first)))
    if not sum(first) or not sum(second):
        return
    p, q = np.array(second) / sum(second), np.array(first) / sum(first)
    apart = spatial.distance.euclidean(np.sqrt(p), np.sqrt(q)) / math.sqrt(2)

    assert jensen_shannon(counts(first, second)) == pytest.approx(
        np.nan_to_num(spatial.distance.jensenshannon(p, q, 2)), abs=1e-7
    )
    assert hellinger(counts(first, second)) == pytest.approx(apart, abs=1e-9)


def test_wasserstein_is_exact_where_the_grid_has_every_value() -> None:
    """Of at most 256 different values, scipy's distance of the clipped values in robust deviations."""
    rng = np.random.default_rng(6)
    reference, batch = rng.poisson(20, 5_000) * 1.0, rng.poisson(22, 900) * 1.0
    columns = pair(reference, batch)
    ends = [columns[0].shape.grid[place] for place in bulk(columns[0])]
    clipped = [np.clip(side, *ends) for side in (reference, batch)]
    unit = stats.iqr(reference, interpolation="inverted_cdf") / IQR_OF_NORMAL

    assert wasserstein(*columns) == pytest.approx(stats.wasserstein_distance(*clipped) / unit)


@pytest.mark.parametrize("shift", [0.0, 0.2, 30.0])
def test_wasserstein_is_off_by_no_more_than_its_bound(shift: float) -> None:
    """Of a column with long tails and a scaled, shifted batch: at most Σ h·(p + q)/2."""
    rng = np.random.default_rng(7)
    reference, batch = rng.lognormal(size=4_000), 1.2 * rng.lognormal(size=1_000) + shift
    columns = pair(reference, batch)
    first, last = bulk(columns[0])
    grid = np.array(columns[0].shape.grid[first : last + 1])
    clipped = [np.clip(side, grid[0], grid[-1]) for side in (reference, batch)]
    low, high = columns[0].quantiles([0.25, 0.75])
    gaps = sum(
        column.cells[2 * first + 2 : 2 * last + 1 : 2] / column.counted for column in columns
    )
    bound = float(np.dot(np.diff(grid), gaps) / 2)

    off = wasserstein(*columns) * (high - low) / IQR_OF_NORMAL - stats.wasserstein_distance(
        *clipped
    )

    assert abs(off) <= bound


def test_every_distance_of_a_kind_is_given_and_0_for_the_same_sample() -> None:
    """Ordered columns have five distances, words four; a batch that is its reference has none of them."""
    values = np.random.default_rng(8).normal(size=500)
    ordered = distances(*pair(values, values))
    words = distances(*pair(list("aabbb"), list("aabbb"), "categorical"))

    assert ordered == dict.fromkeys(
        ["ks", "wasserstein", "psi", "jensen_shannon", "hellinger"], 0.0
    )
    assert words == dict.fromkeys(["total_variation", "psi", "jensen_shannon", "hellinger"], 0.0)


@pytest.mark.parametrize("sides", [([], [1.0]), ([1.0], []), ([], [])])
def test_nothing_has_no_distance(sides: tuple[list[float], list[float]]) -> None:
    """Each distance is NaN when a side has no values, without a warning."""
    found = distances(*pair(*sides)) | distances(*pair(*sides, "categorical"))

    assert all(math.isnan(value) for value in found.values())


def test_a_constant_reference_has_no_unit_for_moving_values() -> None:
    """Its Wasserstein distance is NaN, its D is 1: the values are others."""
    found = distances(*pair([3.0] * 50, [4.0] * 50))

    assert math.isnan(found["wasserstein"])
    assert found["ks"] == 1.0


def test_all_the_values_of_a_split_are_cells() -> None:
    """The tests' own cells count what was given."""
    cells = split([1.0, 1.0, 3.0], [2.0])

    assert (cells.reference.tolist(), cells.batch.tolist()) == ([2, 0, 1], [0, 1, 0])


def test_wasserstein_counts_both_sides_of_a_crossing() -> None:
    """Evenly spread between the two values of the reference, each value is a quarter away."""
    reference, batch = [0.0, 1.0] * 500, np.linspace(0.001, 0.999, 1_000)

    assert wasserstein(*pair(reference, batch)) == pytest.approx(0.25 * IQR_OF_NORMAL)
