"""Columns of every kind of mischief: each gets its own finding, and no other column suffers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest

import seawall
from tests.notebook.frames import by_column, shop

ROWS = 2_000
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


CASES = {
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
    "tiny": Case(lambda v: v * 1e-308, "fail", "D"),
    "another sign": Case(lambda v: -v, "fail", "D"),
    "another unit": Case(lambda v: v * 1000, "fail", "D"),
    "texts": Case(lambda v: v.map(lambda value: f"{value:.2f} EUR"), "fail", "not numbers"),
    "numbers as texts": Case(lambda v: v.map(str), "fail", "not numbers"),
    "times": Case(
        lambda v: pd.Timestamp("2024-01-01") + pd.to_timedelta(v, "s"), "fail", "not numbers"
    ),
    "lists": Case(lambda v: [[value] for value in v], "fail", "not numbers"),
    "dicts": Case(lambda v: [{"eur": value} for value in v], "fail", "not numbers"),
    "sets": Case(lambda v: [{value} for value in v], "fail", "not numbers"),
    "arrays": Case(lambda v: [np.array([value]) for value in v], "fail", "not numbers"),
    "complex": Case(lambda v: v.astype(complex), "fail", "not numbers"),
    "some texts": Case(some("n/a"), "fail", "not numbers"),
    "a text": Case(some("n/a", 1 / ROWS), "warn", "not numbers"),
    "categories of texts": Case(
        lambda v: v.map(lambda n: "ab"[int(n) % 2]).astype("category"), "fail", "not numbers"
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
    "Decimals": lambda v: v.map(lambda value: __import__("decimal").Decimal(repr(value))),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_the_same_numbers_in_another_type_are_no_drift(name: str) -> None:
    """A dtype is how numbers are stored, not what they are."""
    batch = shop(ROWS, 2)
    batch["amount"] = HARMLESS[name](batch["amount"])
    findings = seawall.compare(shop(ROWS, 1), batch, kinds={"sale": "key"})

    assert {finding.severity for finding in findings} == {"ok"}
