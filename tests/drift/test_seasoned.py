"""A batch that is judged by its own history."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest

from seawall.drift.judge import outcomes_of
from seawall.drift.limits import learned
from seawall.drift.seasoned import seasoned_outcomes
from seawall.drift.settings import Settings, Terms
from seawall.drift.values import Baseline, Past
from seawall.profiles import Profile, Shape, measure
from tests.drift.days import history, table

SETTINGS = Settings()
COLUMNS = ["stable", "moving", "gappy", "word"]


@cache
def known() -> tuple[tuple[Past, ...], Profile, dict[str, Shape]]:
    """Forty days that nothing happened on."""
    return history(40)


def judged(frame: pd.DataFrame, settings: Settings = SETTINGS) -> dict[str, set[tuple[str, str]]]:
    """The tests that found something, with their status, by column."""
    past, reference, how = known()
    outcomes = outcomes_of(
        measure(frame, how), Baseline("the days before", reference, past), settings
    )
    found: dict[str, set[tuple[str, str]]] = {}
    for outcome in outcomes:
        if outcome.status != "ok":
            found.setdefault(outcome.column, set()).add((outcome.test, outcome.status))
    return found


def nulls(frame: pd.DataFrame, share: float) -> pd.Series:
    """The column with so many more nulls."""
    rng = np.random.default_rng(5)
    return frame["stable"].mask(rng.random(len(frame)) < share)


FAULTS: dict[str, tuple[str, Callable[[pd.DataFrame], object]]] = {
    "shifted by half a standard deviation": ("stable", lambda f: f["stable"] + 1),
    "wider": ("stable", lambda f: (f["stable"] - 10) * 1.6 + 10),
    "a tenth null": ("stable", lambda f: nulls(f, 0.1)),
    "in thousandths": ("moving", lambda f: f["moving"] * 1000),
    "sign flipped": ("stable", lambda f: -f["stable"]),
    "frozen": ("moving", lambda _: 0.1),
    "a default in a tenth": ("stable", lambda f: f["stable"].where(f.index % 10 != 0, -999.0)),
    "clipped": ("stable", lambda f: f["stable"].clip(upper=f["stable"].quantile(0.7))),
    "a new word": ("word", lambda f: f["word"].astype(str).where(f.index % 20 != 0, "XX")),
    "all null": ("stable", lambda _: np.nan),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_in_its_column_and_in_no_other(fault: str) -> None:
    """Each fault is told of its own column alone."""
    column, change = FAULTS[fault]
    frame = table(41)

    assert set(judged(frame.assign(**{column: change(frame)}))) == {column}


def test_a_clean_day_is_clean() -> None:
    """Of twenty further days one alarms at most."""
    alarms = [day for day in range(50, 70) if judged(table(day))]

    assert len(alarms) <= 1


def test_a_column_that_always_moves_may_go_on_moving() -> None:
    """A shift that is usual for one column is an alarm for another."""
    frame = table(43)
    shifted = frame.assign(
        moving=frame["moving"] - frame["moving"].mean() + 0.9, stable=frame["stable"] + 1.8
    )

    assert set(judged(shifted)) == {"stable"}


def test_a_column_full_of_nulls_fails() -> None:
    """Nothing but nulls is a failure, whatever the limits are."""
    assert judged(table(44).assign(stable=np.nan))["stable"] == {("null share", "fail")}


def test_a_constant_column_is_frozen() -> None:
    """One value in every row, where no day had that, is a failure."""
    assert judged(table(44).assign(moving=0.3))["moving"] == {("frozen", "fail")}


def test_a_column_that_may_only_warn_only_warns() -> None:
    """The most that is said of a column is what its terms allow."""
    settings = Settings(columns={"stable": Terms(most="warn")})
    found = judged(table(45).assign(stable=np.nan), settings)

    assert found["stable"] == {("null share", "warn")}


def test_a_batch_of_few_rows_is_too_small_to_tell() -> None:
    """Twelve rows of days of three hundred are neither like them nor unlike them."""
    found = judged(table(46, rows=12))

    assert ("distance", "insufficient") in found["stable"]


def test_a_small_batch_is_not_blamed_for_its_size() -> None:
    """A third of the usual rows, nothing else, raises no alarm of a column."""
    found = [judged(table(day, rows=100)) for day in range(50, 60)]
    columns = {
        name
        for one in found
        for name, tests in one.items()
        if name and ("distance", "fail") in tests
    }

    assert not columns


def test_a_tenth_of_the_rows_is_told() -> None:
    """The number of rows is judged beside the columns."""
    assert ("rows", "fail") in judged(table(47, rows=40))[""]


def test_an_odd_day_in_one_column_does_not_blind_the_others() -> None:
    """A day in the history on which one column was broken leaves the limits of the others as they were."""
    past, reference, how = known()
    broken = dict(past[20].effects)
    frame = table(20).assign(moving=lambda f: f["moving"] * 1000)
    from seawall.drift.pasts import effects_of

    broken["moving"] = effects_of(reference, measure(frame, how))["moving"]
    odd = Past("odd", past[20].rows, broken)
    before = learned(past, COLUMNS, Settings())
    after = learned((*past[:20], odd, *past[21:]), COLUMNS, Settings())

    np.testing.assert_allclose(after.limits[:7], before.limits[:7], rtol=0.5)


def test_more_alarms_that_can_be_borne_make_narrower_limits() -> None:
    """No limit for one alarm in five runs is wider than that for one in a hundred."""
    past = known()[0]
    often = learned(past, COLUMNS, Settings(alarms=1 / 5)).limits
    rarely = learned(past, COLUMNS, Settings(alarms=1 / 100)).limits

    assert (often <= rarely + 1e-12).all()
    assert (often < rarely).any()


def test_predictions_are_judged_first() -> None:
    """The outcomes of outputs come before those of features."""
    past, reference, how = known()
    settings = Settings(outputs=("word",))
    outcomes = outcomes_of(measure(table(48), how), Baseline("before", reference, past), settings)

    assert outcomes[0].column == "word"


def test_seven_batches_are_no_history() -> None:
    """With fewer than eight earlier batches a column is judged by significance and effect."""
    past, reference, how = known()
    baseline = Baseline("before", reference, past[:7])
    outcomes = outcomes_of(measure(table(49), how), baseline, Settings())

    assert {outcome.figures["rule"] for outcome in outcomes} == {"without history"}


def test_figures_have_the_limit_and_what_is_usual() -> None:
    """Programs find the statistic, its limit, the usual value and the number of batches."""
    past, reference, how = known()
    outcomes = seasoned_outcomes(
        dict(past[-1].effects), 300, learned(past, COLUMNS, Settings()), Settings()
    )
    found = next(one for one in outcomes if one.column == "stable" and one.test == "distance")

    names = ("usual", "limit", "fail_limit")
    usual, limit, fail_limit = (float(found.figures[name] or 0) for name in names)

    assert 0 < usual < limit < fail_limit
    assert found.figures["batches"] == len(past)
    assert isinstance(reference, Profile)
    assert how


@pytest.mark.parametrize(
    ("frame", "allowed"),
    [
        (table(43).assign(stable=lambda f: f["stable"] * 1000), "; beyond {limit:.3g} it fails"),
        (table(43, rows=20), "; beyond {low:,.0f} to {high:,.0f} it fails"),
    ],
)
def test_a_failure_says_the_limit_that_it_exceeds(frame: pd.DataFrame, allowed: str) -> None:
    """Beside that of a warning, which alone would be no reason."""
    past, reference, how = known()
    outcomes = outcomes_of(measure(frame, how), Baseline("before", reference, past), SETTINGS)
    failed = [one for one in outcomes if one.status == "fail" and one.test in {"distance", "rows"}]
    limit = float(failed[-1].figures["fail_limit"] or 0)
    usual = float(np.median([one.rows for one in past[-10:]]))
    ends = {"low": usual * np.exp(-limit), "high": usual * np.exp(limit)}

    assert failed[-1].allowed.endswith(allowed.format(limit=limit, **ends))
    assert float(failed[-1].figures["statistic"] or 0) > limit
