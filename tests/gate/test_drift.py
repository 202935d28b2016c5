"""The gate on drift: what is compared, and what a failure does to the run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from seawall.config.models import PipelineConfig
from seawall.contracts import Account, Finding
from seawall.drift.values import Baseline
from seawall.errors import HeldError
from seawall.gate import Drifted, History, Totals, Verdict, judge
from seawall.gate.terms import settings_of
from seawall.profile import Profile, Shape, measure

BASE: dict[str, Any] = {
    "pipeline": "p",
    "ingest": {"primary": {"type": "parquet", "path": "d", "key": "k"}},
    "predict": {"model": {"type": "sklearn", "path": "m"}, "outputs": ["p"]},
    "publish": {"type": "files", "path": "out"},
}
GRID = tuple(float(point) for point in np.linspace(-3, 3, 50))
SHAPES = {"x": Shape("ordered", GRID), "p": Shape("ordered", GRID)}
SEGMENTS = {"c": ("a", "b")}
ROWS = 2_000


def like(*, x: float = 0.0, p: float = 0.0, b: float = 0.0, rows: int = ROWS) -> Profile:
    """Normal columns with these means; `b` moves x in the rows of the segment b."""
    rng = np.random.default_rng(rows)
    c = np.where(np.arange(rows) % 2 == 0, "a", "b")
    columns = {"x": rng.normal(x, 1, rows) + b * (c == "b"), "p": rng.normal(p, 1, rows)}
    return measure(pd.DataFrame({**columns, "c": c}), SHAPES, SEGMENTS)


REFERENCE = like(rows=20_000)


def config(**drift: Any) -> PipelineConfig:
    """A pipeline file that looks for drift so."""
    said = {"reference": {"rolling": 10}, **drift}
    return PipelineConfig.model_validate({**BASE, "drift": said})


def verdict(
    batch: Profile, said: dict[str, Any] | None = None, *, degraded: int = 0, **known: Any
) -> Verdict:
    """The verdict on a batch that is compared with the reference."""
    sums: dict[str, Any] = {name: {} for name in ("filtered", "quarantined", "warned", "nulls")}
    account = Account(batch.rows, batch.rows)
    totals = Totals(
        account, **sums, profile=batch, **known.pop("totals", {}), degraded_rows=degraded
    )
    history = {"columns": ("p", "x"), "baseline": Baseline("the reference", REFERENCE), **known}
    return judge(config(**(said or {})), totals, history=History(drift=Drifted(**history)))


def drift(found: Verdict) -> list[Finding]:
    """What was said of drift."""
    return [one for one in found.findings if one.check.startswith("drift")]


def test_a_failure_holds_and_predictions_are_told_first() -> None:
    """The error is about the prediction, although the feature has moved further."""
    found = verdict(like(x=2.0, p=1.0))

    assert [(one.severity, one.column) for one in drift(found)] == [("fail", "p"), ("fail", "x")]
    assert isinstance(found.error, HeldError)
    assert found.error.what == "the predictions in p do not look as they did"


@pytest.mark.parametrize(
    ("said", "severities"),
    [
        ({"on_fail": "warn"}, ["warn", "warn"]),
        ({"columns": {"x": {"on_fail": "warn"}, "p": {}}}, ["fail", "warn"]),
        ({"columns": {"x": {"severity": "warn"}, "p": {}}}, ["fail", "warn"]),
        ({"floors": {"distance": [0.05, 1.0]}, "rule": "ks-p-value"}, ["fail", "fail"]),
    ],
)
def test_the_file_says_what_a_failure_does(said: dict[str, Any], severities: list[str]) -> None:
    """For all columns or for one, a failure may be a warning."""
    found = verdict(like(x=1.0, p=1.0), said)

    assert sorted(one.severity for one in drift(found)) == sorted(severities)
    assert (found.error is None) == ("fail" not in severities)


def test_only_what_would_have_held_is_marked_so() -> None:
    """Later runs can tell a failure that only warns from a warning."""
    failed, warned = drift(verdict(like(x=1.0, p=0.15), {"on_fail": "warn"}))[::-1]

    assert (warned.column, warned.figures.get("judged")) == ("p", None)
    assert (failed.column, failed.figures["judged"]) == ("x", "fail")


@pytest.mark.parametrize(("before", "severity"), [(0, "warn"), (1, "fail"), (5, "fail")])
def test_a_hold_waits_for_enough_runs_in_a_row(before: int, severity: str) -> None:
    """With `for: 2 runs` the second failure in a row holds; each says which one it is."""
    found = drift(verdict(like(x=1.0), {"for": "2 runs"}, streaks={("", "x"): before}))
    (moved,) = (one for one in found if one.column == "x")

    assert (moved.severity, moved.figures["in_a_row"]) == (severity, before + 1)


def test_nothing_to_compare_with_is_said_and_publishes() -> None:
    """Without a baseline the finding says how many batches are missing."""
    found = verdict(like(x=1.0), baseline=None, missing=3)
    (finding,) = drift(found)

    assert (finding.severity, finding.figures) == ("uncalibrated", {"missing": 3})
    assert found.decision == "publish"


def test_an_anchor_only_warns() -> None:
    """What is like the batches before, and far from the anchor, has moved slowly."""
    anchor = Baseline("the anchor a.json", like(x=-2.0, rows=20_000))
    found = [one for one in drift(verdict(like(), anchor=anchor)) if one.severity != "ok"]

    assert [(one.severity, one.column) for one in found] == [("warn", "x")]
    assert "the anchor a.json" in found[0].message


def test_a_segment_that_moved_is_named_and_the_others_share_a_line() -> None:
    """What moves in a part of the rows alone is found there."""
    parts = {v: Baseline("the reference", REFERENCE.segments["c"][v]) for v in ("a", "b")}
    found = drift(verdict(like(b=1.5), {"segments": ["c"]}, segments={"c": {**parts, "z": None}}))
    moved = [one for one in found if one.figures.get("segment")]

    assert [(one.column, one.figures["segment"]) for one in moved] == [("x", "c = 'b'")]
    assert moved[0].message.startswith("c = 'b': x moved")
    assert {"by c, as before: 1 segment: 'a'"} <= {one.message for one in found}
    assert {"by c, nothing to compare with yet: 1 segment: 'z'"} <= {one.message for one in found}


def test_a_segment_that_is_too_small_is_told_in_one_line() -> None:
    """It is neither as before nor a failure."""
    batch, part = like(), like(rows=20)
    batch = Profile(batch.rows, batch.columns, {"c": {"a": part}})
    parts = {"c": {"a": Baseline("the reference", REFERENCE.segments["c"]["a"])}}
    found = drift(verdict(batch, {"segments": ["c"]}, segments=parts))

    assert [one.message for one in found if one.severity == "insufficient"] == [
        "by c, too few rows to tell: 1 segment: 'a'"
    ]


def test_what_a_fallback_did_does_not_hold() -> None:
    """A column that fails only for the rows of a declared fallback is a warning that names it."""
    live, apart = like(rows=1_000), like(x=8.0, rows=1_000)
    served = {"live_profile": live, "degraded": {"w=constants": 1_000}}
    found = verdict(live + apart, degraded=1_000, totals=served)
    (moved,) = (one for one in drift(found) if one.column == "x")

    assert moved.severity == "warn"
    assert "the constants of lookup w" in moved.message
    assert found.decision == "publish degraded"


def test_live_rows_that_moved_hold_beside_degraded_ones() -> None:
    """A fallback excuses its own rows alone."""
    live, apart = like(x=2.0, rows=1_000), like(x=8.0, rows=1_000)
    found = verdict(live + apart, degraded=1_000, totals={"live_profile": live})

    assert found.decision == "hold"


def test_what_could_not_be_gathered_counts_as_failed() -> None:
    """A problem with the past holds the run; damaged profiles are left out with a warning."""
    problem = verdict(like(), problem="StorageError: torn")
    damaged = verdict(like(), damaged=("2024-01-01",))

    assert (problem.decision, damaged.decision) == ("hold", "publish")
    assert "StorageError: torn" in str(problem.error)
    assert drift(damaged)[0].severity == "warn"


def test_a_damaged_word_of_a_person_warns() -> None:
    """The run is published, and it is told which word is damaged."""
    found = verdict(like(), torn=("x.json: run r1 stays excluded", "y.json"))

    assert found.decision == "publish"
    assert drift(found)[0].severity == "warn"
    assert "run r1 stays excluded (and 1 more)" in drift(found)[0].message


def test_a_column_that_is_not_there_fails() -> None:
    """A column that is to be compared and is in no row is never passed over."""
    found = verdict(like(), columns=("p", "gone"))

    assert [one.severity for one in drift(found) if one.column == "gone"] == ["fail"]


def test_the_comparisons_of_a_run_share_its_alarms() -> None:
    """With three parts each has a third of what may be borne, and the terms of the file."""
    said = config(alarms="1 in 10 runs", columns={"x": {"severity": "warn"}})
    assert said.drift is not None
    settings = settings_of(said.drift, ("p",), parts=3)

    assert settings.alarms == pytest.approx(1 / 30)
    assert settings.alpha == pytest.approx(0.05 / 3)
    assert (settings.of("x").most, settings.of("p").most) == ("warn", "fail")
