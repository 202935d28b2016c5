"""The drift benchmark's rules: the rivals on cases worked out by hand or by scipy, and ours as it stands."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.spatial import distance as spatial

from benchmarks.drift import measures
from benchmarks.drift.judges import judged
from benchmarks.drift.ours import Follower, WithoutHistory
from benchmarks.drift.rivals import RIVALS
from benchmarks.drift.samples import Numbers, merged, sampled
from benchmarks.drift.tally import interval
from seawall.drift.judge import judge_drift
from seawall.drift.settings import Settings
from seawall.drift.values import Baseline
from seawall.profiles import measure

RANDOM = np.random.default_rng(3)
PAIRS = [
    (
        pd.Series(RANDOM.normal(size=n)).round(digits),
        pd.Series(RANDOM.normal(0.3, size=m)).round(digits),
    )
    for n, m, digits in ((5, 300, 0), (300, 40, 1), (200, 200, 5), (1, 7, 0), (50, 1, 2))
]


def numbers(values: pd.Series) -> Numbers:
    """The values, counted."""
    column = sampled(values)
    assert isinstance(column, Numbers)
    return column


def flags(rule: str, reference: pd.Series, batch: pd.Series, columns: int = 1) -> bool:
    """Whether the rule by that name flags the column."""
    rival = next(one for one in RIVALS if one.name == rule)
    return rival.flags(sampled(reference), sampled(batch), columns)


@pytest.mark.parametrize(("a", "b"), PAIRS)
@pytest.mark.parametrize(
    ("ours", "scipys"),
    [
        (measures.ks, lambda a, b: stats.ks_2samp(a, b).statistic),
        (measures.wasserstein, stats.wasserstein_distance),
    ],
)
def test_a_distance_of_numbers_is_scipys(
    a: pd.Series, b: pd.Series, ours: Callable[..., float], scipys: Callable[..., float]
) -> None:
    """KS D and Wasserstein from counted values are those of the raw values."""
    assert ours(numbers(a), numbers(b)) == pytest.approx(scipys(a, b), abs=1e-12)


@pytest.mark.parametrize(("a", "b"), PAIRS[:3])
def test_a_distance_of_categories_is_scipys(a: pd.Series, b: pd.Series) -> None:
    """Chi² and Jensen–Shannon are scipy's of the same table."""
    one, other = (sampled(values.round().astype("str")) for values in (a, b))
    cells = measures.table(one, other)
    p, q = cells / cells.sum(axis=1, keepdims=True)

    assert measures.chi2_p(one, other) == pytest.approx(
        stats.chi2_contingency(cells, correction=False).pvalue
    )
    assert measures.jensen_shannon(one, other) == pytest.approx(spatial.jensenshannon(p, q))


def test_columns_that_are_merged_are_the_column_of_all_rows() -> None:
    """Values, counts and nulls of the parts are those of the whole."""
    parts = [pd.Series([1.0, None, 2.0]), pd.Series([2.0, 3.0])]
    whole, summed = numbers(pd.concat(parts)), merged([sampled(part) for part in parts])

    assert isinstance(summed, Numbers)
    assert (summed.points.tolist(), summed.counts.tolist()) == ([1, 2, 3], [1, 2, 1])
    assert (summed.rows, summed.nulls, summed.size) == (whole.rows, whole.nulls, whole.size)


def test_bonferroni_asks_more_where_there_are_more_columns() -> None:
    """A p of about 0.01 is flagged in one column, and not in fifty."""
    reference = pd.Series(np.arange(1000.0))
    batch = pd.Series(np.arange(100.0) * 10 + 160)

    assert flags("ks-bonferroni", reference, batch, columns=1)
    assert not flags("ks-bonferroni", reference, batch, columns=50)


def test_psi_is_above_its_limit_when_half_of_a_decile_moves_far_enough() -> None:
    """All rows in the upper half: Σ (p − q)·ln(p/q) is far above 0.2; the same rows: 0."""
    reference = pd.Series(np.arange(1000.0))

    assert flags("psi", reference, reference[500:])
    assert not flags("psi", reference, reference)


def test_evidently_flags_a_shift_of_a_tenth_of_a_deviation() -> None:
    """With more than 1,000 reference values it is Wasserstein over the standard deviation, at 0.1."""
    reference = pd.Series(RANDOM.normal(size=5000))
    std = reference.std(ddof=0)

    assert flags("evidently", reference, reference + 0.11 * std)
    assert not flags("evidently", reference, reference + 0.09 * std)


@pytest.mark.parametrize("rule", [rival.name for rival in RIVALS if rival.name != "evidently"])
def test_a_rival_is_silent_where_there_is_nothing_to_compare(rule: str) -> None:
    """An all-null batch is no drift to the rules that drop nulls."""
    assert not flags(rule, pd.Series([1.0, 2.0]), pd.Series([None, None], dtype="float64"))


@pytest.mark.parametrize(("found", "cases"), [(0, 500), (6, 500), (500, 500)])
def test_an_interval_is_clopper_and_pearsons(found: int, cases: int) -> None:
    """It is what scipy's exact interval is."""
    exact = stats.binomtest(found, cases).proportion_ci(method="exact")

    assert interval(found, cases) == pytest.approx((exact.low, exact.high))


def table(rows: int, seed: int) -> pd.DataFrame:
    """A column of numbers, one of words, one with nulls."""
    random = np.random.default_rng(seed)
    values = random.normal(size=rows)
    words = pd.Categorical(random.choice(list("abc"), rows))
    sparse = pd.Series(values).where(random.random(rows) > 0.1)
    return pd.DataFrame({"x": values, "word": words, "sparse": sparse})


@cache
def followed() -> Follower:
    """Twenty-five batches of 400 rows that differ by chance alone."""
    return Follower([table(400, seed) for seed in range(25)], warm_up=20, rolling=10)


def alarms(
    batch: pd.DataFrame, judge: WithoutHistory, baseline: Baseline
) -> tuple[set[str], set[str]]:
    """The columns that the benchmark has flagged, and those that the framework would tell of."""
    flagged = judged(batch, [("ours", judge)]).clean()["ours"]
    findings = judge_drift(measure(batch, judge.shapes), baseline, Settings())
    return flagged, {f.column for f in findings if f.severity in {"warn", "fail"}}


@pytest.mark.parametrize("broken", [{}, {"x": 9.0}, {"sparse": None}])
def test_our_rule_without_history_is_the_frameworks(broken: dict[str, float | None]) -> None:
    """The columns that are flagged are those of the findings."""
    judge = WithoutHistory.of(table(5000, 1))
    batch = table(1000, 2).assign(**broken)
    flagged, told = alarms(batch, judge, Baseline("the reference", judge.reference))

    assert flagged == told == set(broken)


@pytest.mark.parametrize("broken", [{}, {"x": 9.0}, {"sparse": None}])
def test_our_rule_with_history_is_the_frameworks(broken: dict[str, float | None]) -> None:
    """The columns that are flagged are those of the findings, with the same past."""
    follower = followed()
    judge = follower.at(24, most=60)
    past = tuple(follower.past(day) for day in range(10, 24))
    batch = table(400, 24).assign(**broken)
    flagged, told = alarms(batch, judge, Baseline("the last 10", judge.reference, past))

    assert flagged == told == set(broken)
