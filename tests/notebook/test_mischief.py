"""Columns of every kind of mischief: each gets its own finding, and no other column suffers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

import seawall
from tests.notebook.frames import by_column, shop

ROWS = 600
CALM = ("town", "card", "at")
"""Columns that nothing is done to."""


@dataclass(frozen=True, slots=True)
class Case:
    """What the batch's `amount` becomes, how severe that is, and a word that says what it is."""

    amount: Callable[[pd.Series[Any]], Any]
    severity: str
    word: str


def every(value: object) -> Callable[[pd.Series[Any]], Any]:
    """One value in every row."""
    return lambda values: pd.Series([value] * len(values), index=values.index)


def some(value: object, share: float = 0.3) -> Callable[[pd.Series[Any]], Any]:
    """One value in a share of the rows."""

    def change(values: pd.Series[Any]) -> list[Any]:
        hit = int(len(values) * share)
        return [value] * hit + values.tolist()[hit:]

    return change


SIGNALLING = Decimal("sNaN")
CASES = {
    "all signalling NaN": Case(every(SIGNALLING), "fail", "null"),
    "some signalling NaN": Case(some(SIGNALLING), "fail", "null"),
    "whole numbers beyond floats": Case(every(10**400), "fail", "infinities"),
    "all null": Case(every(None), "fail", "null"),
    "all NaN": Case(every(np.nan), "fail", "null"),
    "all null, nullable": Case(lambda v: pd.array([pd.NA] * len(v), "Float64"), "fail", "null"),
    "constant": Case(every(20.0), "fail", "20"),
    "all zero": Case(every(0.0), "fail", "0"),
    "all infinite": Case(every(np.inf), "fail", "infinities"),
    "some infinite": Case(some(np.inf), "fail", "infinities"),
    "some minus infinite": Case(some(-np.inf), "fail", "infinities"),
    "huge": Case(every(1e308), "fail", "1e+308"),
    "huge and varied": Case(lambda v: v * 1e306, "fail", "D"),
    "huge on both sides": Case(
        lambda v: np.where(np.arange(len(v)) % 2, 1, -1) * 1e308, "fail", ""
    ),
    "huge beside tiny": Case(
        lambda v: np.where(np.arange(len(v)) % 10, np.arange(len(v)) % 9 * 1e-300, 1e307),
        "fail",
        "D",
    ),
    "tiny": Case(lambda v: v * 1e-308, "fail", "D"),
    "another sign": Case(lambda v: -v, "fail", "D"),
    "another unit": Case(lambda v: v * 1000, "fail", "D"),
    "texts": Case(lambda v: v.map(lambda value: f"{value:.2f} EUR"), "fail", "no numbers"),
    "numbers as texts": Case(lambda v: v.map(str), "fail", "no numbers"),
    "times": Case(
        lambda v: pd.Timestamp("2024-01-01") + pd.to_timedelta(v, "s"), "fail", "no numbers"
    ),
    "lists": Case(lambda v: [[value] for value in v], "fail", "no numbers"),
    "dicts": Case(lambda v: [{"eur": value} for value in v], "fail", "no numbers"),
    "sets": Case(lambda v: [{value} for value in v], "fail", "no numbers"),
    "arrays": Case(lambda v: [np.array([value]) for value in v], "fail", "no numbers"),
    "complex": Case(lambda v: v.astype(complex), "fail", "no numbers"),
    "some texts": Case(some("n/a"), "fail", "no numbers"),
    "a text": Case(some("n/a", 1 / ROWS), "warn", "no numbers"),
    "categories of texts": Case(
        lambda v: v.map(lambda n: "ab"[int(n) % 2]).astype("category"), "fail", "no numbers"
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_spoilt_column_has_its_finding(name: str) -> None:
    """It says what is wrong with it, and the columns beside it are judged as ever."""
    case, batch = CASES[name], shop(ROWS, 2)
    batch["amount"] = case.amount(batch["amount"])
    findings = seawall.compare(shop(ROWS, 1), batch, kinds={"sale": "key"})
    found = by_column(findings)

    assert (found["amount"].severity, case.word in found["amount"].message) == (
        case.severity,
        True,
    ), found["amount"].message
    assert [found[calm].severity for calm in CALM] == ["ok"] * 3


HARMLESS = {
    "float32": lambda v: v.astype("float32"),
    "nullable": lambda v: v.astype("Float64"),
    "Arrow": lambda v: v.astype("float64[pyarrow]"),
    "objects": lambda v: v.astype(object),
    "Decimals": lambda v: v.map(lambda value: Decimal(repr(value))),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_the_same_numbers_in_another_type_are_no_drift(name: str) -> None:
    """A dtype is how numbers are stored, not what they are."""
    batch = shop(ROWS, 2)
    batch["amount"] = HARMLESS[name](batch["amount"])
    findings = seawall.compare(shop(ROWS, 1), batch, kinds={"sale": "key"})

    assert {finding.severity for finding in findings} == {"ok"}


@pytest.mark.parametrize("name", CASES)
def test_a_column_that_was_always_so_is_no_news(name: str) -> None:
    """What can be compared is like the reference; what cannot is said to be uncalibrated."""
    reference, batch = shop(ROWS, 1), shop(ROWS, 2)
    for frame in (reference, batch):
        frame["amount"] = CASES[name].amount(frame["amount"])
    found = by_column(seawall.compare(reference, batch, kinds={"sale": "key"}))

    assert found["amount"].severity in {"ok", "uncalibrated", "insufficient"}
    assert [found[calm].severity for calm in CALM] == ["ok"] * 3


@pytest.mark.parametrize("name", CASES)
def test_a_column_that_recovers_is_news(name: str) -> None:
    """The reference is the spoilt one: the sound batch is not like it, or cannot be compared with it."""
    reference = shop(ROWS, 1)
    reference["amount"] = CASES[name].amount(reference["amount"])
    found = by_column(seawall.compare(reference, shop(ROWS, 2), kinds={"sale": "key"}))

    assert found["amount"].severity in {"fail", "uncalibrated"}
    assert [found[calm].severity for calm in CALM] == ["ok"] * 3


@pytest.mark.parametrize("rows", [0, 1, 50])
def test_a_small_batch_is_insufficient(rows: int) -> None:
    """It is neither like the reference nor unlike it, and how many values would do is said."""
    findings = seawall.compare(shop(ROWS, 1), shop(rows, 2), kinds={"sale": "key"})

    assert {finding.severity for finding in findings} == {"insufficient"}
    assert all("it takes at least" in finding.message for finding in findings)


def test_a_small_batch_of_nulls_is_a_failure() -> None:
    """Fifty rows are enough to see that a column is gone."""
    batch = shop(50, 2, amount=np.nan)
    found = by_column(seawall.compare(shop(ROWS, 1), batch, kinds={"sale": "key"}))

    assert found["amount"].severity == "fail"


def test_spoilt_days_of_the_past_are_borne() -> None:
    """Every kind of mischief in the history leaves the other columns judged by it."""
    history = [shop(300, seed) for seed in range(len(CASES))]
    for day, case in zip(history, CASES.values(), strict=True):
        day["amount"] = case.amount(day["amount"])
    found = by_column(seawall.compare(None, shop(300, 99), history=history, kinds={"sale": "key"}))

    assert found["amount"].message
    assert all("with history" in found[calm].message for calm in CALM)
