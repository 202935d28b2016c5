"""Batches with fewer rows than usual, judged by a history of larger ones."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.stats import binom

from seawall.contracts import Finding
from seawall.drift.judge import judge_drift
from seawall.drift.settings import Floors, Settings, Terms
from seawall.drift.values import Baseline, Past
from seawall.profiles import Profile, Shape, measure
from tests.drift.days import changed, history, table

BATCHES = 40
USUAL = Settings()


@cache
def known() -> tuple[tuple[Past, ...], Profile, dict[str, Shape]]:
    """The past of forty days of 300 rows, made once."""
    return history(40)


def judged(day: int, rows: int, settings: Settings = USUAL, **values: object) -> list[Finding]:
    """What is said of the columns of a day of so many rows, some of them changed."""
    past, reference, how = known()
    frame = table(day, rows=rows, seed=5)
    for name, value in values.items():
        frame = changed(frame, name, value)
    found = judge_drift(measure(frame, how), Baseline("before", reference, past), settings)
    return [one for one in found if one.column is not None]


def alarmed(findings: list[Finding]) -> bool:
    """Whether one of them warns or fails."""
    return any(one.severity in {"warn", "fail"} for one in findings)


@pytest.mark.parametrize("rows", [4, 20])
def test_a_clean_small_batch_is_no_more_often_an_alarm(rows: int) -> None:
    """One in thirty may be, and so many of these are that chance would have them at 99.9 %, at most."""
    alarms = sum(alarmed(judged(100 + n, rows)) for n in range(BATCHES))

    assert alarms <= binom.ppf(0.999, BATCHES, 1 / 30)


def test_a_small_batch_that_is_far_away_is_found() -> None:
    """Forty values that are five standard deviations off are no chance."""
    found = {one.column: one for one in judged(100, 40, stable=np.linspace(18, 22, 40))}

    assert found["stable"].severity == "fail"
    assert found["word"].severity in {"ok", "insufficient"}


def test_a_few_rows_of_nulls_are_found() -> None:
    """Twelve nulls of a column without any are no chance."""
    found = {one.column: one for one in judged(100, 12, stable=np.nan)}

    assert found["stable"].severity == "fail"


def test_what_may_be_chance_says_so() -> None:
    """With its p, and how many values would do."""
    chance = [one for n in range(9) for one in judged(100 + n, 4) if "p" in one.figures]

    assert chance
    assert all(one.severity == "insufficient" and "may be chance" in one.message for one in chance)


def test_floors_of_nothing_are_borne() -> None:
    """Where every difference matters the limits are those of the history, and none is NaN."""
    none = (0.0, 0.0)
    settings = Settings(terms=Terms(Floors(distance=none, nulls=none, new=none, top=none)))
    alarms = sum(alarmed(judged(100 + n, 300, settings)) for n in range(20))

    assert alarms <= binom.ppf(0.999, 20, 1 / 30)
