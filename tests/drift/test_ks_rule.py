"""The rule that most people know."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from seawall.drift.explained import findings
from seawall.drift.ks_rule import ks_outcomes
from seawall.drift.settings import Settings
from seawall.profiles import Profile, measure
from tests.drift.batches import baseline_of, batch_of, sides_of


def statuses(reference: pd.DataFrame, batch: pd.DataFrame, p_value: float = 0.05) -> dict[str, str]:
    """What the rule says of each column."""
    settings = Settings(rule="ks-p-value", p_value=p_value)
    outcomes = ks_outcomes(*sides_of(reference, batch), settings)
    return {one.column: one.status for one in outcomes}


def test_a_p_below_the_setting_fails() -> None:
    """Half a standard deviation in 500 rows; no other column of this batch has so small a p."""
    rng = np.random.default_rng(5)
    batch = batch_of(500, rng)
    found = statuses(batch_of(5_000, rng), batch.assign(normal=batch["normal"] + 1), 0.001)

    assert [name for name, status in found.items() if status == "fail"] == ["normal"]


def test_it_alarms_at_about_its_p_value() -> None:
    """Of 100 clean columns 5 are expected to fail; 1 to 12 do in 99 of 100 cases."""
    rng = np.random.default_rng(6)
    frames = [pd.DataFrame(rng.normal(size=(200, 100))).rename(columns=str) for _ in range(2)]

    assert 1 <= list(statuses(*frames).values()).count("fail") <= 12


def test_a_column_without_any_value_fails() -> None:
    """There is no p where a side has no values; that is not ok."""
    frame = batch_of(300, np.random.default_rng(7))

    assert statuses(frame, frame.assign(normal=np.nan))["normal"] == "fail"
    assert statuses(frame.assign(gaps=np.nan), frame.assign(gaps=np.nan))["gaps"] == "ok"


def test_a_column_that_the_reference_lacks_is_uncalibrated() -> None:
    """Nothing can be said of it."""
    reference, batch = sides_of(*[batch_of(300, np.random.default_rng(8))] * 2)
    known = {name: column for name, column in reference.columns.items() if name != "near"}
    found = ks_outcomes(Profile(reference.rows, known), batch, Settings())

    assert {one.column: one.status for one in found}["near"] == "uncalibrated"


@pytest.mark.parametrize("shift", [0.0, 5.0])
def test_its_findings_say_that_it_alarms_often(shift: float) -> None:
    """Whether it alarms or not."""
    values = np.arange(1_000) % 50.0
    baseline, shapes = baseline_of({"x": values})
    batch = measure(pd.DataFrame({"x": values + shift}), shapes)
    (finding,) = findings(ks_outcomes(baseline.reference, batch, Settings()), baseline, batch)

    assert "judged by ks-p-value alone, which alarms often" in finding.message
