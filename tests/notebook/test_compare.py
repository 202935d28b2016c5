"""`seawall.compare`: a batch held against a reference, or against the batches before it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import seawall
from seawall.drift.settings import Floors, Settings, Terms
from seawall.errors import UsageError
from tests.notebook.frames import by_column, shop

KEY = {"sale": "key"}


def test_days_of_one_shop_are_alike() -> None:
    """Nothing happened, and each column has one finding that says so."""
    findings = seawall.compare(shop(seed=1), shop(seed=2), kinds=KEY)

    assert [finding.severity for finding in findings] == ["ok"] * 5
    assert {finding.column for finding in findings} == {"amount", "fee", "town", "card", "at"}


def test_a_moved_column_leads_and_is_told_in_numbers() -> None:
    """What moved, from what to what, and by how much."""
    findings = seawall.compare(
        shop(seed=1), shop(seed=2, amount=shop(seed=2)["amount"] * 2), kinds=KEY
    )
    first = findings[0]

    assert (first.column, first.severity) == ("amount", "fail")
    assert "median" in first.message
    assert first.figures["distance"] > 0.4
    assert str(first).startswith("fail: amount")


def test_predictions_are_told_first() -> None:
    """Even where they are as ever and a feature is not."""
    worse = shop(seed=2, amount=1.0)
    findings = seawall.compare(shop(seed=1), worse, kinds=KEY, outputs=["fee"])

    assert [finding.column for finding in findings[:2]] == ["fee", "amount"]


def test_profiles_are_judged_as_the_frames_they_are_of() -> None:
    """With the same words and numbers."""
    reference, batch = shop(seed=1), shop(seed=2, fee=3.0)
    known = seawall.profile(reference, kinds=KEY)
    seen = seawall.profile(batch, kinds=KEY, like=known)

    assert seawall.compare(known, seen) == seawall.compare(reference, batch, kinds=KEY)
    assert seawall.compare(known, batch, kinds=KEY) == seawall.compare(reference, batch, kinds=KEY)


def test_a_frame_is_counted_as_the_profile_it_is_compared_with() -> None:
    """Also where the profile is the batch's."""
    seen = seawall.profile(shop(seed=2), kinds=KEY)
    findings = seawall.compare(shop(seed=1), seen, kinds=KEY)

    assert {finding.severity for finding in findings} == {"ok"}


def test_a_column_that_is_missing_fails() -> None:
    """And its new name is guessed."""
    batch = shop(seed=2).rename(columns={"amount": "Amounts"})
    found = by_column(seawall.compare(shop(seed=1), batch, kinds=KEY))

    assert found["amount"].severity == "fail"
    assert found["amount"].message == "amount is missing: did `Amounts` take its place?"
    assert found["Amounts"].severity == "warn"
    assert "is new" in found["Amounts"].message
    assert [found[name].severity for name in ("town", "card", "at")] == ["ok"] * 3


def test_profiles_on_other_grids_are_no_match() -> None:
    """Their counts cannot be compared, which is said of each column that it is true of."""
    found = by_column(seawall.compare(seawall.profile(shop(seed=1)), seawall.profile(shop(seed=2))))

    assert found["amount"].severity == "fail"
    assert "like=" in found["amount"].message
    assert found["town"].severity == "ok"


def test_a_key_is_never_new_nor_missing() -> None:
    """It is left out on both sides."""
    findings = seawall.compare(seawall.profile(shop(), kinds=KEY), shop(seed=2), kinds=KEY)

    assert "sale" not in by_column(findings)


def days(number: int, **changed: Any) -> list[pd.DataFrame]:
    """Days of a shop whose amounts differ from day to day."""
    random = np.random.default_rng(7)
    factors = np.exp(random.normal(0, 0.1, number))
    return [
        shop(500, seed, amount=shop(500, seed)["amount"] * factor, **changed)
        for seed, factor in enumerate(factors)
    ]


def test_with_history_a_usual_difference_is_no_drift() -> None:
    """What moves every day may move again; without history the same day is a warning."""
    usual, today = shop(500, 40), shop(500, 41, amount=shop(500, 41)["amount"] * 1.2)
    seasoned = by_column(seawall.compare(None, today, history=days(20), kinds=KEY))
    cold = by_column(seawall.compare(usual, today, kinds=KEY))

    assert (seasoned["amount"].severity, cold["amount"].severity) == ("ok", "warn")
    assert "with history" in seasoned["amount"].message


def test_with_history_an_unusual_difference_is_found() -> None:
    """Three times the amounts is not what happens from day to day."""
    *before, today = days(21)
    today["amount"] *= 3
    found = by_column(seawall.compare(None, today, history=before, kinds=KEY))

    assert found["amount"].severity == "fail"
    assert "the last 10 batches" in found["amount"].message
    assert found["town"].severity == "ok"


def test_a_short_history_is_a_reference_without_history() -> None:
    """Of three days nobody knows what is usual: they are added up, and compared with."""
    *before, today = days(4)
    found = by_column(seawall.compare(None, today, history=before, kinds=KEY))

    assert "without history" in found["town"].message
    assert found["town"].figures["reference_rows"] == 1_500


def test_a_reference_with_history_has_its_own_thresholds() -> None:
    """How far the earlier days were from it is what today is held against."""
    *before, today = days(21)
    found = by_column(seawall.compare(before[0], today, history=before[1:], kinds=KEY))

    assert "with history" in found["amount"].message
    assert found["amount"].figures["reference_rows"] == 500


def test_history_may_be_profiles() -> None:
    """As they are kept from day to day: on one grid."""
    *before, today = days(12)
    first = seawall.profile(before[0], kinds=KEY)
    kept = [first, *(seawall.profile(day, kinds=KEY, like=first) for day in before[1:])]
    found = by_column(seawall.compare(None, today, history=kept, kinds=KEY))

    assert "with history" in found["amount"].message


def test_a_day_that_was_counted_otherwise_is_left_out_of_the_past() -> None:
    """The column's past is shorter, and nothing breaks."""
    *before, today = days(12)
    before[3] = before[3].drop(columns="fee")
    before[4] = before[4].assign(amount="n/a")
    found = by_column(seawall.compare(None, today, history=before, kinds=KEY))

    assert {"amount", "fee", "town"} <= found.keys()


def test_days_of_all_sizes_promise_nothing_of_the_next() -> None:
    """Sizes that differ by hundreds from day to day allow any number of rows, whatever it is."""
    history = [
        shop(rows, seed) for seed, rows in enumerate([1, 900, 2, 700, 1, 800, 3, 900, 1, 600])
    ]
    found = by_column(seawall.compare(None, shop(5, 40), history=history, kinds=KEY))

    assert found[None].severity == "ok"
    assert found["town"].severity in {"ok", "insufficient"}


def test_a_history_without_a_row_is_no_reference() -> None:
    """Nine empty days are no trouble, and a tenth like them is not called like the others."""
    found = by_column(seawall.compare(None, shop(0), history=[shop(0)] * 9, kinds=KEY))

    assert found["amount"].severity in {"insufficient", "uncalibrated"}


def test_options_say_what_settings_say() -> None:
    """In the words of a pipeline file."""
    reference, batch = shop(seed=1), shop(seed=2, amount=shop(seed=2)["amount"] * 1.1)
    floors = Floors(distance=(0.3, 0.6))
    told = seawall.compare(reference, batch, kinds=KEY, floors={"distance": (0.3, 0.6)})

    settings = Settings(terms=Terms(floors=floors))
    assert told == seawall.compare(reference, batch, kinds=KEY, settings=settings)


def test_the_rule_of_p_values_is_there_for_those_who_must() -> None:
    """And says what it is."""
    findings = seawall.compare(shop(seed=1), shop(seed=2), kinds=KEY, rule="ks-p-value")

    assert all("ks-p-value" in finding.message for finding in findings)


WRONG_CALLS: dict[str, tuple[dict[str, Any], str]] = {
    "nothing to compare with": ({"reference": None}, "a history"),
    "no columns": ({"reference": pd.DataFrame(), "batch": pd.DataFrame()}, "no column"),
    "an array": ({"reference": np.zeros(3)}, "ndarray"),
    "a number": ({"batch": 7}, "int"),
    "a frame for a history": ({"history": shop(3)}, "DataFrame"),
    "a text in the history": ({"history": ["yesterday"]}, "history[0]"),
    "an unknown option": ({"alarm": "1 in 30 runs"}, "did you mean `alarms`?"),
    "no rate": ({"alarms": "often"}, "1 in 30 runs"),
    "an unknown floor": ({"floors": {"null": (0.1, 0.2)}}, "did you mean `nulls`?"),
    "falling floors": ({"floors": {"nulls": (0.2, 0.1)}}, "not falling"),
    "a floor above one": ({"floors": {"nulls": (0.2, 10)}}, "0 to 1"),
    "a floor that is no number": ({"floors": {"nulls": (0.2, float("nan"))}}, "0 to 1"),
    "no pair": ({"floors": {"nulls": 0.2}}, "(warn, fail)"),
    "no floors": ({"floors": 0.2}, "floors="),
    "an unknown rule": ({"rule": "psi"}, "ks-p-value"),
    "no p": ({"rule": "ks-p-value", "p_value": 5}, "between 0 and 1"),
    "a p without its rule": ({"p_value": 0.01}, "rule='ks-p-value'"),
    "alarms of p-values": ({"rule": "ks-p-value", "alarms": "1 in 30 runs"}, "rule='seawall'"),
    "a text for outputs": ({"outputs": "fee"}, "outputs="),
    "settings and options": ({"settings": Settings(), "rule": "seawall"}, "one of them"),
    "an unknown kind": ({"kinds": {"fee": "number"}}, "ordered"),
    "a kind of nothing": ({"kinds": {"fees": "ordered"}}, "did you mean `fee`?"),
}


@pytest.mark.parametrize("name", WRONG_CALLS)
def test_a_wrong_call_says_what_is_wrong(name: str) -> None:
    """With the culprit, and what would do."""
    options, word = WRONG_CALLS[name]
    call = {"reference": shop(9), "batch": shop(9, 2), **options}
    with pytest.raises(UsageError) as raised:
        seawall.compare(call.pop("reference"), call.pop("batch"), **call)

    assert word in str(raised.value)
