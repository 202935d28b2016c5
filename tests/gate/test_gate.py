"""The gate: each promise about the whole batch, and the arithmetic of budgets."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.config.models import PipelineConfig
from seawall.contracts import Account
from seawall.errors import DataError, Exit, HeldError
from seawall.gate import Totals, Verdict, judge, over_budget
from seawall.profiles import Profile, Shape, measure

BASE: dict[str, Any] = {
    "pipeline": "p",
    "ingest": {"primary": {"type": "parquet", "path": "d", "key": "k"}},
    "predict": {"model": {"type": "sklearn", "path": "m"}, "outputs": ["p"]},
    "publish": {"type": "files", "path": "out"},
}


def config(**sections: Any) -> PipelineConfig:
    """A pipeline file with these sections."""
    return PipelineConfig.model_validate({**BASE, **sections})


def totals(account: Account = Account(100, 100), **changes: Any) -> Totals:  # noqa: B008 - it is frozen
    """A batch added up."""
    empty: dict[str, Any] = {"filtered": {}, "quarantined": {}, "warned": {}, "nulls": {}}
    profile = predictions([0.0, 0.5] + [0.25] * 98)
    return Totals(account, **{**empty, "profile": profile, **changes})


def predictions(values: list[float | None]) -> Profile:
    """The profile of these predictions."""
    frame = pd.DataFrame({"p": pd.Series(values, dtype="float64")})
    return measure(frame, {"p": Shape("ordered")})


def quota(share: str | None = None, rows: int | None = None) -> PipelineConfig:
    """A pipeline file with a budget for quarantined rows."""
    given = {"share": share, "rows": rows}
    return config(limits={"quarantined_rows": {k: v for k, v in given.items() if v is not None}})


def failed(verdict: Verdict) -> list[tuple[str, str | None]]:
    """Which checks failed, of which column."""
    return [(f.check, f.column) for f in verdict.findings if f.severity == "fail"]


def test_nothing_wrong() -> None:
    """A batch that keeps every promise is published."""
    verdict = judge(config(), totals())

    assert (verdict.decision, verdict.error, verdict.findings) == ("publish", None, ())


@pytest.mark.parametrize(
    ("rows", "count", "held"),
    [
        ({"min": 100}, 100, False),
        ({"min": 101}, 100, True),
        ({"max": 100}, 100, False),
        ({"max": 99}, 100, True),
        ({}, 0, True),
        ({"min": 0}, 0, False),
    ],
)
def test_rows(rows: dict[str, int], count: int, *, held: bool) -> None:
    """Rows that belong to the job are counted; none at all is refused unless `min: 0` allows it."""
    account = Account(count + 7, count, 0, 7)
    verdict = judge(config(validate={"rows": rows}), totals(account))

    assert failed(verdict) == ([("rows", None)] if held else [])
    assert isinstance(verdict.error, DataError) == held


def test_account_that_does_not_balance() -> None:
    """Rows that nobody can account for are never published."""
    verdict = judge(config(), totals(Account(100, 98, 0, 1)))

    assert verdict.decision == "hold"
    assert failed(verdict) == [("row account", None)]


@pytest.mark.parametrize(
    ("budget", "quarantined", "rows", "over"),
    [
        (quota("1%"), 1, 100, False),
        (quota("1%"), 2, 100, True),
        (quota("1%"), 1, 99, True),
        (quota("29%"), 29, 100, False),
        (quota("28.7%"), 287, 1000, False),
        (quota("28.7%"), 288, 1000, True),
        (quota("0.5%"), 1, 200, False),
        (quota(rows=3), 3, 5, False),
        (quota(rows=3), 4, 5000, True),
        (quota("50%", 3), 4, 100, True),
        (quota("1%", 3), 2, 100, True),
        (quota("0%"), 0, 0, False),
        (config(), 1, 10**6, True),
        (config(), 0, 10, False),
    ],
)
def test_budget(budget: PipelineConfig, quarantined: int, rows: int, *, over: bool) -> None:
    """A share is of the rows that stay, to the row; the smaller of both limits counts; none is none."""
    assert (over_budget(budget, quarantined, rows=rows) is not None) == over


@given(percent=st.integers(0, 1000), rows=st.integers(0, 10**7))
def test_shares_are_exact(percent: int, rows: int) -> None:
    """A share in tenths of a percent allows exactly that many rows."""
    budget, allowed = quota(f"{percent / 10:.1f}%"), percent * rows // 1000

    assert over_budget(budget, allowed, rows=rows) is None
    assert over_budget(budget, allowed + 1, rows=rows) is not None


def test_filtered_rows_do_not_count() -> None:
    """The budget's share is of the rows behind the filters."""
    verdict = judge(quota("1%"), totals(Account(200, 98, 2, 100)))

    assert failed(verdict) == [("quarantined rows", None)]
    assert verdict.error is not None
    assert verdict.error.seen == "2 of 100 rows"


@pytest.mark.parametrize(
    ("share", "nulls", "held"), [("7%", 7, False), ("7%", 8, True), ("0%", 1, True)]
)
def test_null_share(share: str, nulls: int, *, held: bool) -> None:
    """A column may have its share of nulls and not one more."""
    contract = {"a": {"dtype": "float64", "nullable": True, "max_null_share": share}}
    verdict = judge(config(validate={"columns": contract}), totals(nulls={"a": nulls}))

    assert failed(verdict) == ([("null share", "a")] if held else [])


@pytest.mark.parametrize(
    ("bounds", "severity"),
    [([0.25, 0.25], "ok"), ([0.2, 0.3], "ok"), ([0.26, 1.0], "fail"), ([0, 0.24], "fail")],
)
def test_mean(bounds: list[float], severity: str) -> None:
    """The mean is held to its bounds, and a finding says so either way; a failure holds the run."""
    verdict = judge(config(check_output={"distribution": {"p": {"mean": bounds}}}), totals())

    assert [(f.check, f.severity, f.seen) for f in verdict.findings] == [("mean", severity, "0.25")]
    assert isinstance(verdict.error, HeldError) == (severity == "fail")


@pytest.mark.parametrize("profile", [Profile(0, {}), predictions([None] * 5)])
def test_mean_of_nothing(profile: Profile) -> None:
    """A mean that cannot be taken fails: it is no check that quietly passes."""
    wanted = config(check_output={"distribution": {"p": {"mean": [0, 1]}}})

    assert failed(judge(wanted, totals(profile=profile)))[0] == ("mean", "p")


def test_warnings_are_published() -> None:
    """Rows that broke a rule which warns are a finding, and no obstacle."""
    verdict = judge(config(), totals(warned={"rules:small": 3}))

    assert verdict.decision == "publish"
    assert [(f.check, f.severity, f.seen) for f in verdict.findings] == [
        ("rules:small", "warn", "3 rows")
    ]


def test_input_before_predictions() -> None:
    """When input and predictions fail, the error is about the input, and every finding is there."""
    wanted = config(
        validate={"rows": {"min": 200}}, check_output={"distribution": {"p": {"mean": [0.5, 1]}}}
    )
    verdict = judge(wanted, totals())

    assert failed(verdict) == [("rows", None), ("mean", "p")]
    assert verdict.error is not None
    assert verdict.error.exit == Exit.DATAERR
