"""The gate on predictions: figures, labels, a stuck score, a mean that moved."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from seawall.config.models import PipelineConfig
from seawall.contracts import Account, Finding
from seawall.errors import HeldError
from seawall.gate import History, MeanChange, OutputCounts, Totals, judge
from seawall.profiles import ColumnProfile, Kind, Moments, Profile, Shape, unseen

BASE: dict[str, Any] = {
    "pipeline": "p",
    "ingest": {"primary": {"type": "parquet", "path": "d", "key": "k"}},
    "predict": {"model": {"type": "sklearn", "path": "m"}, "outputs": ["p"]},
    "publish": {"type": "files", "path": "out"},
}
SCORES = {**BASE["predict"], "method": "predict_proba", "outputs": {"p": 1}}


def column(rows: int = 0, *, kind: Kind = "ordered", **changes: Any) -> ColumnProfile:
    """The profile of an output of so many rows."""
    empty = replace(unseen(Shape(kind)), rows=rows, **changes)
    return replace(empty, cells=np.asarray([empty.finite]))


def same(value: float, rows: int = 100) -> ColumnProfile:
    """The profile of an output with this value in every row."""
    return column(rows, moments=Moments(rows, value, 0.0, value, value))


SPREAD = column(200, moments=Moments(200, 0.25, 0.995, 0.1, 1.0))


def found(  # noqa: PLR0913 - all that the gate looks at
    wanted: dict[str, Any] | None = None,
    *,
    profile: ColumnProfile = SPREAD,
    counts: OutputCounts | None = None,
    change: MeanChange | None = None,
    predict: dict[str, Any] = BASE["predict"],
    bound: dict[str, Any] | None = None,
) -> list[Finding]:
    """What the gate finds of the output `p`, and that its verdict is to hold where that failed."""
    section = {"distribution": {"p": wanted}} if wanted is not None else {}
    section |= {"bounds": {"p": bound}} if bound is not None else {}
    config = PipelineConfig.model_validate({**BASE, "predict": predict, "check_output": section})
    none: dict[str, int] = {}
    totals = Totals(Account(200, 200), none, none, none, none, Profile(200, {"p": profile}))
    if counts is not None:
        totals = Totals(
            *[Account(200, 200), none, none, none, none],
            Profile(200, {"p": profile}),
            outputs={"p": counts},
        )
    verdict = judge(
        config, totals, history=History(mean_changes={} if change is None else {"p": change})
    )
    bad = any(finding.severity == "fail" for finding in verdict.findings)
    assert isinstance(verdict.error, HeldError) == bad
    return list(verdict.findings)


@pytest.mark.parametrize(
    ("wanted", "passes"),
    [
        ({"mean": [0.2, 0.3]}, True),
        ({"mean": [0.26, 0.3]}, False),
        ({"std": [0.07, 0.08]}, True),
        ({"std": [0.0, 0.01]}, False),
    ],
)
def test_moments(wanted: dict[str, Any], *, passes: bool) -> None:
    """Mean and standard deviation lie in their intervals, or the batch is held."""
    (finding,) = found(wanted)

    assert finding.severity == ("ok" if passes else "fail")


@pytest.mark.parametrize(("ends", "passes"), [((0.9, 1.2), True), ((0.1, 0.5), False)])
def test_quantiles(ends: tuple[float, float], *, passes: bool) -> None:
    """A quantile is read from the histogram; the ones at its ends are the extremes."""
    bucket = int.from_bytes(b"\x3f\x80\x00\x00") >> 17  # the leading bits of 1.0 as float32
    moments = Moments(200, 1.0, 1.0, 0.9, 1.0)
    profile = column(200, moments=moments, above={bucket: 200})
    (finding,) = found({"quantiles": {"p50": ends}}, profile=profile)

    assert (finding.check, finding.severity) == ("quantile", "ok" if passes else "fail")


def test_nothing_to_measure() -> None:
    """An output without a finite number keeps no promise about numbers."""
    findings = found(
        {"mean": [0, 1], "std": [0, 1], "quantiles": {"p5": [0, 1]}},
        profile=column(9, nulls=9),
    )

    assert [finding.check for finding in findings] == ["mean", "std", "quantile", "no value"]


LABELS = column(9, kind="categorical")
NULLS, INFINITE = column(1, nulls=1), column(9, plus_infinities=9)
MANY_NULLS = column(100, nulls=100)
SOME = column(9, nulls=3, minus_infinities=2, moments=Moments(4, 1.5, 1.0, 1.0, 2.0))


@pytest.mark.parametrize(
    ("profile", "bound", "wanted", "told"),
    [
        (NULLS, None, None, "no value"),
        (NULLS, {"nullable": True}, None, None),
        (MANY_NULLS, {"nullable": True}, None, "no value"),
        (MANY_NULLS, {"nullable": True}, {"min_distinct": 0}, None),
        (INFINITE, None, None, "no value"),
        (INFINITE, {"nullable": True}, None, "no value"),
        (INFINITE, None, {"min_distinct": 1}, "no value"),
        (SOME, None, None, "missing predictions"),
        (SOME, {"nullable": True}, None, None),
        (LABELS, None, None, None),
        (column(), None, None, None),
    ],
)
def test_missing_values(
    profile: ColumnProfile,
    bound: dict[str, Any] | None,
    wanted: dict[str, Any] | None,
    told: str | None,
) -> None:
    """An output without any value is held; missing values of which no bound speaks are told."""
    counts = OutputCounts(rows=profile.infinities, distinct=min(1, profile.infinities))
    findings = found(wanted, profile=profile, counts=counts, bound=bound)
    severities = {finding.check: finding.severity for finding in findings}

    assert {check for check in severities if check != "distinct values"} == ({told} - {None})
    assert severities.get("missing predictions", "warn") == "warn"


def test_left_out() -> None:
    """A figure says how many predictions it is not about."""
    findings = found({"mean": [1, 2]}, profile=SOME, bound={"nullable": True})

    assert [finding.seen for finding in findings] == ["1.5 (left out: 3 null, 2 infinite)"]


def test_shares_of_no_labels() -> None:
    """Where no value at all is allowed, a label has 0 % of nothing."""
    shares = {"min_distinct": 0, "labels": {"late": ["10%", "40%"], "lost": ["0%", "5%"]}}
    findings = found(shares, profile=NULLS, counts=OutputCounts())

    assert [finding.severity for finding in findings[1:3]] == ["fail", "ok"]


def test_a_mean_of_labels() -> None:
    """Texts have no mean, and the finding says what can be promised of them."""
    (finding,) = found({"mean": [0, 1]}, profile=LABELS)

    assert finding.severity == "fail"
    assert "of labels, promise their shares: labels" in finding.seen


def test_least_and_greatest() -> None:
    """`p0` and `p100` are the least and the greatest value exactly, not the middle of a bucket."""
    findings = found({"quantiles": {"p0": [0.1, 0.1], "p100": [1.0, 1.0]}})

    assert [finding.severity for finding in findings] == ["ok", "ok"]


@pytest.mark.parametrize(
    ("profile", "predict", "stuck"),
    [
        (same(0.0), SCORES, True),
        (same(0.0, 99), SCORES, False),
        (same(3.0), BASE["predict"], False),
        (same(3.5), BASE["predict"], True),
        (SPREAD, SCORES, False),
    ],
)
def test_stuck(profile: ColumnProfile, predict: dict[str, Any], *, stuck: bool) -> None:
    """A score, or a number with a fraction, that is the same in a hundred rows is held unasked."""
    findings = found(profile=profile, predict=predict)

    assert [finding.check for finding in findings] == (["stuck"] if stuck else [])


def test_a_constant_that_is_declared() -> None:
    """`min_distinct: 1` says that one value is fine."""
    profile = same(0.5)
    counts = OutputCounts(rows=100, distinct=1)
    (finding,) = found({"min_distinct": 1}, profile=profile, counts=counts, predict=SCORES)

    assert (finding.check, finding.severity) == ("distinct values", "ok")


@pytest.mark.parametrize(
    ("wanted", "counts", "failed"),
    [
        ({"max_top_share": "50%"}, OutputCounts(200), []),
        ({"max_top_share": "50%"}, OutputCounts(200, top=("0.5", 101)), ["top share"]),
        ({"min_distinct": 3}, OutputCounts(200, distinct=3), []),
        ({"min_distinct": 3}, OutputCounts(200, distinct=2), ["distinct values"]),
        ({"labels": {"late": ["10%", "40%"]}}, OutputCounts(200, labels={"late": 80}), []),
        (
            {"labels": {"late": ["10%", "40%"]}},
            OutputCounts(200, labels={"late": 82}),
            ["label share"],
        ),
        ({"labels": {"late": ["10%", "40%"]}}, OutputCounts(200), ["label share"]),
        ({"max_top_share": "50%"}, OutputCounts(problem="OSError: gone"), ["distinct values"]),
        ({"max_top_share": "50%"}, None, ["distinct values"]),
    ],
)
def test_counts(wanted: dict[str, Any], counts: OutputCounts | None, failed: list[str]) -> None:
    """Frequencies are held to what is promised of them; what could not be counted has failed."""
    findings = found(wanted, counts=counts)

    assert [finding.check for finding in findings if finding.severity == "fail"] == failed


@pytest.mark.parametrize(
    ("change", "severity"),
    [
        (MeanChange(0.20, 0.29, keys=50), "ok"),
        (MeanChange(0.20, 0.31, keys=50), "fail"),
        (MeanChange(0.31, 0.20, keys=50), "fail"),
        (MeanChange(float("nan"), 0.20, keys=50), "fail"),
        (MeanChange(), "ok"),
        (MeanChange(problem="version 3 cannot be compared with: OSError"), "fail"),
    ],
)
def test_mean_change(change: MeanChange, severity: str) -> None:
    """A mean that moved too far on shared keys is held, either way; no shared key is no failure."""
    (finding,) = found({"max_mean_change": 0.1}, change=change)

    assert (finding.check, finding.severity) == ("mean change", severity)
