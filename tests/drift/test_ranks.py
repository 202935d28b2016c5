"""Tests of location and scale, against scipy's rank tests."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import integrate, stats

from seawall.drift.ranks import (
    Floats,
    location_p,
    normal_score,
    rank_p,
    scale_p,
    squared_normal_score,
)
from tests.drift.columns import counts, split


def rank(start: Floats, end: Floats) -> Floats:
    """Wilcoxon's scores: the average of u."""
    return (start + end) / 2


def squared_rank(start: Floats, end: Floats) -> Floats:
    """Mood's scores: the average of (u − ½)²."""
    low, high = start - 0.5, end - 0.5
    return (low * low + low * high + high * high) / 3


def nearness(start: Floats, end: Floats) -> Floats:
    """Ansari's scores, but for a constant: the average of |u − ½|."""
    low, high = start - 0.5, end - 0.5
    return (high * np.abs(high) - low * np.abs(low)) / (2 * (end - start))


def halves(seed: int, shift: float = 0.2, scale: float = 1.3) -> tuple[Floats, Floats]:
    """Two samples of 300 values each."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=300), rng.normal(shift, scale, 300)


@pytest.mark.parametrize("digits", [0, 12])
def test_scores_that_are_ranks_give_the_test_of_mann_and_whitney(digits: int) -> None:
    """With ties and without, to nine digits."""
    reference, batch = (side.round(digits) for side in halves(1))
    known = stats.mannwhitneyu(batch, reference, use_continuity=False, method="asymptotic").pvalue

    assert rank_p(split(reference, batch), rank) == pytest.approx(known, rel=1e-9)


@pytest.mark.parametrize("digits", [0, 12])
def test_scores_that_are_squared_ranks_give_the_test_of_mood(digits: int) -> None:
    """With ties and without, to six digits."""
    reference, batch = (side.round(digits) for side in halves(2))

    assert rank_p(split(reference, batch), squared_rank) == pytest.approx(
        stats.mood(batch, reference).pvalue, rel=1e-6
    )


def test_scores_of_nearness_to_the_middle_give_the_test_of_ansari_and_bradley() -> None:
    """Without ties, to six digits."""
    reference, batch = halves(3)

    assert rank_p(split(reference, batch), nearness) == pytest.approx(
        stats.ansari(batch, reference).pvalue, rel=1e-6
    )


@pytest.mark.parametrize(("start", "end"), [(0.0, 0.1), (0.3, 0.31), (0.5, 1.0), (0.0, 1.0)])
def test_scores_are_averages_of_normal_quantiles_and_their_squares(
    start: float, end: float
) -> None:
    """Numerical integration gives the same, up to the ends at infinity."""
    ends = np.array([start]), np.array([end])
    for score, power in ((normal_score, 1), (squared_normal_score, 2)):
        area, _ = integrate.quad(lambda u, k=power: stats.norm.ppf(u) ** k, start, end, limit=200)

        assert score(*ends)[0] == pytest.approx(area / (end - start), abs=1e-6)


def drawn(scores: Floats, rows: int) -> NDArray[np.float64]:
    """The sums of the scores of 10,000 batches of so many rows, drawn at random."""
    rng = np.random.default_rng(4)
    picked = rng.random((10_000, len(scores))).argpartition(rows, axis=1)[:, :rows]
    return np.asarray(scores[picked].sum(axis=1))


@pytest.mark.parametrize("spread", [0.78, 1.45])
def test_the_tails_of_a_small_batch_are_those_of_random_draws(spread: float) -> None:
    """Forty values against 400, squared scores: p is within 25 % of what 10,000 draws give."""
    rng = np.random.default_rng(5)
    batch, reference = spread * rng.normal(size=40), rng.normal(size=400)
    places = np.arange(441) / 440
    scores = squared_normal_score(places[:-1], places[1:])
    seen = scores[np.searchsorted(np.sort(np.append(batch, reference)), batch)].sum()
    sums = drawn(scores, 40)
    tail = min((sums <= seen).mean(), (sums >= seen).mean())

    assert 0.002 < tail < 0.02
    assert scale_p(split(reference, batch)) == pytest.approx(2 * tail, rel=0.25)


def test_a_shift_is_found_by_location_and_a_spread_by_scale() -> None:
    """Each test sees its own difference and leaves the other's."""
    rng = np.random.default_rng(6)
    reference = rng.normal(size=20_000)
    shifted = split(reference, rng.normal(0.2, 1, 1_000))
    spread = split(reference, rng.normal(0, 1.3, 1_000))

    assert location_p(shifted) < 1e-6
    assert scale_p(shifted) > 0.01
    assert scale_p(spread) < 1e-6
    assert location_p(spread) > 0.01


@pytest.mark.parametrize("scores", [normal_score, squared_normal_score])
def test_one_value_alone_tells_nothing(scores: object) -> None:
    """Where all values are one, or there are two of them, p is 1."""
    for cells in (split([2.0] * 9, [2.0] * 4), split([1.0], [2.0])):
        assert rank_p(cells, scores) == 1.0  # type: ignore[arg-type]


def test_a_side_without_values_has_no_p() -> None:
    """NaN, not 1: nothing was tested."""
    assert math.isnan(location_p(counts([3, 4], [0, 0])))
    assert math.isnan(scale_p(counts([0, 0], [3, 4])))


def test_many_values_are_no_matter() -> None:
    """A billion rows a side give a p between 0 and 1."""
    p = location_p(counts([10**9, 10**9, 0], [10**9 + 10_000, 10**9, 1]))

    assert 0 < p < 1
