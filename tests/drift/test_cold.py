"""Judging by a reference alone: how often it is wrong, what it finds, and when it can't tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from seawall.drift.cold import cold_outcomes, rows_enough
from seawall.drift.settings import Floors, Settings, Terms
from seawall.drift.significance import radius
from seawall.drift.values import Outcome
from seawall.profiles import Profile, measure, shapes_of
from tests.drift.batches import batch_of, sides_of

Fault = Callable[[pd.DataFrame, np.random.Generator], Any]

REFERENCE = batch_of(20_000, np.random.default_rng(1))
SHAPES = shapes_of(REFERENCE)
KNOWN = measure(REFERENCE, SHAPES)
DEFAULT = Settings()


def outcomes_of(frame: pd.DataFrame, settings: Settings = DEFAULT) -> list[Outcome]:
    """What is said of a batch against the reference."""
    return cold_outcomes(KNOWN, measure(frame, SHAPES), settings)


def told(frame: pd.DataFrame, settings: Settings = DEFAULT) -> dict[tuple[str, str], str]:
    """The status of each column's tests that are not ok."""
    return {
        (one.column, one.test): one.status
        for one in outcomes_of(frame, settings)
        if one.status != "ok"
    }


def clean(rows: int, seed: int = 2) -> pd.DataFrame:
    """A batch like the reference."""
    return batch_of(rows, np.random.default_rng(seed))


@pytest.mark.parametrize(("rows", "repetitions"), [(100, 40), (300, 40), (1_000, 60), (20_000, 10)])
def test_a_batch_like_the_reference_is_hardly_ever_an_alarm(rows: int, repetitions: int) -> None:
    """No more batches are alarms than 1.2 % of them would give in 998 of 1,000 cases: 4 of 60, 3 of 40."""
    rng = np.random.default_rng(rows)
    alarms = sum(
        any(one.status in {"warn", "fail"} for one in outcomes_of(batch_of(rows, rng)))
        for _ in range(repetitions)
    )

    assert alarms <= {10: 2, 40: 3, 60: 4}[repetitions]


def shifted(frame: pd.DataFrame, _: np.random.Generator) -> Any:
    """A skewed column, up by a tenth of its standard deviation."""
    return frame["skewed"] + 0.1 * REFERENCE["skewed"].std()


def scaled(frame: pd.DataFrame, _: np.random.Generator) -> Any:
    """A normal column, 10 % larger."""
    return frame["normal"] * 1.1


def with_nulls(frame: pd.DataFrame, rng: np.random.Generator) -> Any:
    """About 5 % more nulls than the tenth that there are."""
    return frame["gaps"].mask(rng.random(len(frame)) < 0.06)


def with_news(frame: pd.DataFrame, rng: np.random.Generator) -> Any:
    """A word that never was, in 10 of the rows."""
    return frame["word"].astype(object).mask(rng.permutation(len(frame)) < 10, "new")


def with_sentinels(frame: pd.DataFrame, rng: np.random.Generator) -> Any:
    """A default far away, in 20 of the rows."""
    return frame["normal"].mask(rng.permutation(len(frame)) < 20, -999.0)


def clipped(frame: pd.DataFrame, _: np.random.Generator) -> Any:
    """A normal column, cut at its 90th percentile."""
    return frame["normal"].clip(upper=REFERENCE["normal"].quantile(0.9))


@pytest.mark.parametrize(
    ("column", "fault", "least"),
    [
        ("skewed", shifted, 10),
        ("normal", scaled, 8),
        ("gaps", with_nulls, 8),
        ("word", with_news, 10),
        ("normal", with_sentinels, 10),
        ("normal", clipped, 10),
    ],
)
def test_small_faults_are_found_in_1000_rows(column: str, fault: Fault, least: int) -> None:
    """+0.1 sd, scale × 1.1, about 5 % more nulls, 1 % new, 2 % sentinels, clipping: at least so many of 10."""
    rng = np.random.default_rng(3)
    found = 0
    for _ in range(10):
        frame = batch_of(1_000, rng)
        frame[column] = fault(frame, rng)
        found += any(name == column for name, _ in told(frame))

    assert found >= least


def test_a_shift_that_is_certain_but_small_is_not_told() -> None:
    """0.02 standard deviations in a million rows are far beyond chance, and below every floor."""
    rng = np.random.default_rng(4)
    reference, batch = (pd.DataFrame({"a": rng.normal(at, 1, 500_000)}) for at in (0, 0.02))
    found = cold_outcomes(*sides_of(reference, batch), Settings())

    assert next(one for one in found if one.test == "location").figures["p"] < 1e-9  # type: ignore[operator]
    assert {one.status for one in found} == {"ok"}


def test_a_large_distance_fails_when_it_is_proven() -> None:
    """D is 0.24 for the same shift: above 0.20 for certain in 20,000 rows, and a warning in 1,000."""
    rows = [20_000, 1_000]
    frames = [clean(n).assign(normal=lambda frame: frame["normal"] + 1.2) for n in rows]

    assert [told(frame)["normal", "distance"] for frame in frames] == ["fail", "warn"]


def test_an_empty_column_of_a_small_batch_fails() -> None:
    """50 rows are too few to tell distributions apart, and more than enough to see that all are null."""
    found = told(clean(50).assign(gaps=np.nan))

    assert found["gaps", "null share"] == "fail"
    assert found["normal", "distance"] == "insufficient"


def test_a_batch_that_is_too_small_says_how_many_rows_would_do() -> None:
    """With that many values the radius is 0.10 at most, with one less it is above."""
    outcome = next(one for one in outcomes_of(clean(60)) if one.status == "insufficient")
    enough = rows_enough(20_000) or 0

    assert (outcome.seen, outcome.allowed) == (
        "60 values against 20,000",
        f"at least {enough} values",
    )
    assert radius(0.05, enough, 20_000) <= 0.10 < radius(0.05, enough - 1, 20_000)


def test_a_reference_that_is_too_small_is_told() -> None:
    """Against 100 values no batch is large enough, and against 185 a very large one."""
    assert rows_enough(100) is None
    assert (rows_enough(185) or 0) > 10_000
    outcomes = cold_outcomes(*sides_of(clean(100), clean(5_000)), Settings())
    allowed = {one.allowed for one in outcomes if one.status == "insufficient"}

    assert allowed == {"at least 185 values in the reference, and more in the batch"}


@pytest.mark.parametrize("rows", [0, 1])
def test_a_batch_of_no_rows_is_no_crash(rows: int) -> None:
    """Every column is insufficient, once, and nothing is an alarm."""
    assert set(told(clean(rows)).values()) == {"insufficient"}


def test_a_frozen_column_fails() -> None:
    """One value in every row, where the reference has others; a column that was always the same is ok."""
    found = told(clean(300).assign(zeros=0.0))

    assert found["zeros", "frozen"] == "fail"
    assert not [test for column, test in found if column == "same"]


def test_a_constant_that_changes_is_found_and_not_called_frozen() -> None:
    """The reference does not vary either."""
    found = told(clean(300).assign(same=2.0))

    assert found["same", "unlisted"] == found["same", "top value"] == "fail"
    assert ("same", "frozen") not in found


def test_a_rare_value_that_is_missing_is_not_frozen() -> None:
    """Of 100 rows none has what 2 % had: that happens in 13 of 100 batches."""
    found = told(clean(100).assign(rare=False))

    assert ("rare", "frozen") not in found


def test_infinities_fail() -> None:
    """A fifth of the values of a column that had none."""
    frame = clean(300)
    frame.loc[:60, "normal"] = np.inf

    assert told(frame)["normal", "infinities"] == "fail"


def test_values_between_those_of_the_reference_are_found() -> None:
    """Half numbers in a column of whole ones move D by less than its floor."""
    frame = clean(1_000)
    frame["whole"] = frame["whole"] + 0.5

    assert told(frame)["whole", "never seen"] == "fail"


def test_a_column_that_only_warns_does_not_fail() -> None:
    """What would be a failure is a warning where the terms say so."""
    settings = Settings(columns={"gaps": Terms(most="warn")})

    assert told(clean(300).assign(gaps=np.nan), settings)["gaps", "null share"] == "warn"


def test_a_column_has_floors_of_its_own() -> None:
    """Half of the rows may be null where the floor says so."""
    settings = Settings(columns={"gaps": Terms(Floors(nulls=(0.95, 1.0)))})

    assert ("gaps", "null share") not in told(clean(300).assign(gaps=np.nan), settings)


def test_a_column_that_is_counted_otherwise_is_uncalibrated() -> None:
    """As is one that the reference does not have; the others are judged."""
    batch = measure(clean(300), {**SHAPES, "normal": SHAPES["near"]})
    reference = Profile(KNOWN.rows, {n: c for n, c in KNOWN.columns.items() if n != "rare"})
    found = [one for one in cold_outcomes(reference, batch, Settings()) if one.status != "ok"]

    assert [(one.column, one.status) for one in found] == [
        ("normal", "uncalibrated"),
        ("rare", "uncalibrated"),
    ]


def test_predictions_come_first() -> None:
    """The outputs in their order, then the columns in the batch's."""
    order = dict.fromkeys(
        one.column for one in outcomes_of(clean(300), Settings(outputs=("word", "near")))
    )

    assert list(order)[:3] == ["word", "near", "normal"]
