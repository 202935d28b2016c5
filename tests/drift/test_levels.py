"""Without drift, p is at most alpha as often as alpha says: samples of one distribution, many times.

Each case is drawn a fixed number of times from a fixed seed. A test that keeps its level is below
the bound of its case in all but 1 of 10,000 seeds (the binomial quantile at the level).
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from seawall.drift.categories import comparable, noise
from seawall.drift.counts import Counts, counted
from seawall.drift.distances import ks, total_variation
from seawall.drift.homogeneity import categories_p
from seawall.drift.p_values import unlisted_p
from seawall.drift.prominent import most_risen, risen_p
from seawall.drift.ranks import location_p, scale_p
from seawall.drift.shares import Share, change_p
from seawall.drift.significance import ks_p, radius
from seawall.profiles import ColumnProfile, Moments, Shape
from seawall.profiles.distinct import distinct_of
from tests.drift.columns import counts

ALPHA = 0.01
Sizes = tuple[int, int]


def most(repetitions: int, alpha: float = ALPHA) -> int:
    """How often a test of this level may be significant."""
    return int(stats.binom.ppf(1 - 1e-4, repetitions, alpha))


def zipf(words: int, power: float) -> NDArray[np.float64]:
    """Frequencies of words, the first the most frequent."""
    frequencies = 1 / np.arange(1, words + 1) ** power
    return np.asarray(frequencies / frequencies.sum())


def worded(kept: NDArray[np.int64], names: NDArray[np.int64]) -> ColumnProfile:
    """A column of the words that are kept under these names, and of the others, unlisted."""
    cells = np.append(kept[names], kept.sum() - kept[names].sum())
    shape = Shape("categorical", (), tuple(map(str, names)))
    seen = distinct_of(np.flatnonzero(kept).astype(np.uint64) << np.uint64(40))
    return ColumnProfile(shape, int(kept.sum()), 0, 0, 0, 0, Moments(), cells, distinct=seen)


def columns(
    words: NDArray[np.float64], sizes: Sizes, repetitions: int
) -> list[tuple[ColumnProfile, ColumnProfile]]:
    """References which name their own words, as the shape of a column does, with a batch each."""
    rng = np.random.default_rng(11)
    found = []
    for _ in range(repetitions):
        reference, batch = (rng.multinomial(rows, words) for rows in sizes)
        least = 5 if sizes[0] >= 1_000 else 1
        ranked = np.argsort(-reference, kind="stable")[:1_000]
        names = ranked[reference[ranked] >= least]
        found.append((worded(reference, names), worded(batch, names)))
    return found


VOCABULARIES = [
    (zipf(30, 1.5), (500, 500)),
    (zipf(300, 1.0), (20_000, 20_000)),
    (zipf(3_000, 0.0), (20_000, 1_000)),
    (zipf(4_000, 0.3), (100_000, 100_000)),
]


@pytest.mark.parametrize(("words", "sizes"), VOCABULARIES)
def test_categories_keep_their_level_though_the_reference_named_them(
    words: NDArray[np.float64], sizes: Sizes
) -> None:
    """The whole and the unlisted words, also where the thousand most frequent of 4,000 are listed."""
    found = columns(words, sizes, 100)

    assert sum(categories_p(counted(*both)) <= ALPHA for both in found) <= most(100)
    assert sum(unlisted_p(*both) <= ALPHA for both in found) <= most(100)


@pytest.mark.parametrize(("words", "sizes"), VOCABULARIES)
def test_total_variation_exceeds_its_noise_by_the_radius_as_seldom_as_alpha(
    words: NDArray[np.float64], sizes: Sizes
) -> None:
    """Without the noise taken off, a column of 3,000 words would lie beyond it always."""
    fair = [comparable(counted(*both)) for both in columns(words, sizes, 100)]
    beyond = [
        total_variation(both)[0] - noise(both) > radius(0.05, both.rows, both.reference_rows)
        for both in fair
    ]

    assert sum(beyond) <= most(100, 0.05)


@pytest.mark.parametrize("sizes", [(300, 300), (50_000, 1_000)])
def test_the_value_that_rose_most_keeps_its_level(sizes: Sizes) -> None:
    """Over 100 words, of which one has risen most always."""
    found = columns(zipf(100, 0.5), sizes, 300)
    p_values = [risen_p(most_risen(*both), both[1].distinct.count) for both in found]

    assert sum(p <= ALPHA for p in p_values) <= most(300)


EVEN = np.full(101, 1 / 101)
ATOM = np.append(0.8, np.full(100, 0.002))


@pytest.mark.parametrize("sizes", [(100, 100), (5_000, 100), (300, 20_000)])
@pytest.mark.parametrize("shares", [EVEN, ATOM, zipf(60, 1.2)], ids=["even", "atom", "skewed"])
def test_location_scale_and_distance_keep_their_level(
    shares: NDArray[np.float64], sizes: Sizes
) -> None:
    """For an even column, one that is an atom for the most part, and a skewed one."""
    rng = np.random.default_rng(12)
    found: list[Counts] = [
        counts(*(rng.multinomial(rows, shares) for rows in sizes)) for _ in range(500)
    ]

    assert sum(location_p(both) <= ALPHA for both in found) <= most(500)
    assert sum(scale_p(both) <= ALPHA for both in found) <= most(500)
    assert sum(ks_p(ks(both)[0], *sizes[::-1]) <= ALPHA for both in found) <= most(500)


@pytest.mark.parametrize("share", [0.0005, 0.01, 0.5])
@pytest.mark.parametrize("sizes", [(100, 100), (20_000, 300), (10**7, 10**6)])
def test_a_change_of_a_share_keeps_its_level(share: float, sizes: Sizes) -> None:
    """Down to shares of which a batch has no row, and up to millions of rows."""
    rng = np.random.default_rng(13)
    drawn = [rng.binomial(rows, share, 400).tolist() for rows in sizes]
    found = [
        change_p(Share(before, sizes[0]), Share(now, sizes[1]))
        for before, now in zip(*drawn, strict=True)
    ]

    assert sum(p <= ALPHA for p in found) <= most(400)


def test_the_naive_share_of_unlisted_words_would_not_keep_its_level() -> None:
    """Taken as it was counted, the reference's share makes most clean batches significant."""
    found = columns(zipf(3_000, 0.0), (20_000, 1_000), 60)
    naive = [
        change_p(Share(before.unlisted, before.counted), Share(now.unlisted, now.counted))
        for before, now in found
    ]

    assert sum(p <= ALPHA for p in naive) > 30
