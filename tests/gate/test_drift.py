"""The gate on drift: what is compared, and what a failure does to the run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from seawall.config.models import PipelineConfig
from seawall.contracts import Account, Finding
from seawall.drift.pasts import against
from seawall.drift.values import Baseline
from seawall.errors import HeldError
from seawall.gate import Drifted, History, Reach, Totals, Verdict, judge
from seawall.gate.terms import settings_of
from seawall.profiles import Profile, Shape, measure

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
DAYS = [(f"day {n}", like(rows=1_900 + n), "") for n in range(12)]
PAST = against(REFERENCE.segments["c"]["b"], [(n, d.segments["c"]["b"], s) for n, d, s in DAYS])
"""Twelve days of the segment b."""


def reach(**columns: set[str]) -> dict[str, Reach]:
    """What the constants of the lookup w gave, and what is made of it."""
    return {"w=constants": Reach(**{name: frozenset(there) for name, there in columns.items()})}


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


def test_an_anchor_that_stands_in_only_warns() -> None:
    """Until there is a rolling reference the anchor is better than nothing, for segments, too."""
    parts = {"c": {"b": Baseline("the anchor a.json", REFERENCE.segments["c"]["b"])}}
    anchor = Baseline("the anchor a.json", REFERENCE)
    found = verdict(like(x=2.0), {"segments": ["c"]}, baseline=None, anchor=anchor, segments=parts)

    assert found.decision == "publish"
    assert "until then the anchor a.json stands in, and only warns" in drift(found)[0].message
    assert [one.severity for one in drift(found) if "x moved" in one.message] == ["warn", "warn"]


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
    assert {"by c, fewer than eight batches of their own to compare with: 1 segment: 'z'"} <= {
        one.message for one in found
    }


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
    found = verdict(live + apart, degraded=1_000, totals=served, reach=reach(made={"x"}))
    (moved,) = (one for one in drift(found) if one.column == "x")

    assert moved.severity == "warn"
    assert "the constants of lookup w" in moved.message
    assert found.decision == "publish degraded"


def test_live_rows_that_moved_hold_beside_degraded_ones() -> None:
    """A fallback excuses its own rows alone."""
    live, apart = like(x=2.0, rows=1_000), like(x=8.0, rows=1_000)
    told = {"totals": {"live_profile": live}, "reach": reach(served={"x"})}
    found = verdict(live + apart, degraded=1_000, **told)

    assert found.decision == "hold"


@pytest.mark.parametrize(("live_rows", "severity"), [(0, "fail"), (10, "fail"), (1_000, "warn")])
def test_a_fault_of_the_source_is_not_the_fallbacks(live_rows: int, severity: str) -> None:
    """Where a column fails that no lookup touches, what is made from both is excused by live rows alone.

    The column itself never is, and its finding does not speak of the fallback.
    """
    live, apart = like(x=8.0, rows=live_rows), like(x=8.0, p=8.0, rows=1_000)
    told = {"totals": {"live_profile": live}, "reach": reach(served={"t"}, made={"p"})}
    found = {one.column: one for one in drift(verdict(live + apart, degraded=1_000, **told))}

    assert (found["x"].severity, found["p"].severity) == ("fail", severity)
    assert "fallback" not in found["x"].message + str(found["x"].figures.keys())
    assert "the constants of lookup w" in found["p"].message


def test_without_live_rows_what_a_lookup_gives_explains_what_is_made_from_it() -> None:
    """Nothing else fails: the lookup is gone, and the predictions with it."""
    apart = like(x=8.0, p=8.0)
    told = {"totals": {"live_profile": like(rows=0)}, "reach": reach(served={"x"}, made={"p"})}
    found = verdict(apart, degraded=ROWS, **told)

    assert found.decision == "publish degraded"
    assert [one.severity for one in drift(found)] == ["warn", "warn"]


@pytest.mark.parametrize("live_rows", [0, 1_000])
def test_a_segment_is_excused_as_the_whole_is(live_rows: int) -> None:
    """Its rows that a fallback served hold as little as those of the batch."""
    live, apart = like(rows=live_rows), like(x=8.0, rows=1_000)
    told = {"totals": {"live_profile": live}, "reach": reach(served={"x"})}
    parts = {v: Baseline("the reference", REFERENCE.segments["c"][v], PAST) for v in ("a", "b")}
    said = {"segments": ["c"]}
    found = verdict(live + apart, said, degraded=1_000, segments={"c": parts}, **told)

    assert found.decision == "publish degraded"
    assert sum("x moved" in one.message for one in drift(found)) == 3


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


def vanished(baseline: Baseline | None, **known: Any) -> Finding:
    """What is said of the segment b, in which there is no row."""
    batch = like()
    none = measure(pd.DataFrame({"x": [], "p": []}), SHAPES)
    batch = Profile(batch.rows, batch.columns, {"c": {"a": batch.segments["c"]["a"], "b": none}})
    found = verdict(batch, {"segments": ["c"]}, segments={"c": {"b": baseline}}, **known)
    (told,) = (one for one in drift(found) if "c = 'b'" in one.message)
    return told


def test_a_segment_that_vanishes_fails_by_its_own_history() -> None:
    """It had a thousand rows on every day before."""
    told = vanished(Baseline("the last 10", REFERENCE.segments["c"]["b"], PAST))

    assert (told.severity, told.check) == ("fail", "drift of rows")
    assert told.message.startswith("c = 'b': the number of rows: 0 rows, usually 95")


@pytest.mark.parametrize("has_part", [True, False])
def test_a_segment_that_vanishes_warns_by_the_references_share(*, has_part: bool) -> None:
    """Without a past of its own; whether it may be compared otherwise, or not yet."""
    part = Baseline("the reference", REFERENCE.segments["c"]["b"]) if has_part else None
    told = vanished(part)

    assert told.severity == "warn"
    assert "c = 'b': the number of rows: 0 rows, allowed about 1,000" in told.message


def test_a_segment_without_a_past_of_its_own_only_warns() -> None:
    """Fixed floors alarm on every day: what is judged without history does not hold by a part."""
    part = Baseline("the reference", REFERENCE.segments["c"]["b"])
    whole = Baseline("the reference", like(x=0.0, rows=20_000), ())
    found = verdict(
        like(b=0.5),
        {"segments": ["c"], "floors": {"distance": [0.05, 0.15]}},
        baseline=whole,
        segments={"c": {"b": part}},
    )
    (told,) = (one for one in drift(found) if one.figures.get("segment"))

    assert (told.severity, found.decision) == ("warn", "publish")


def test_profiles_that_are_gone_are_told_once() -> None:
    """One warning counts the batches of which nobody knows any more what they were like."""
    (told, *_) = drift(verdict(like(), gone=("2024-01-01", "2024-01-02")))

    assert told.severity == "warn"
    assert "2 accepted batches: 2024-01-01, 2024-01-02" in told.message


def test_the_error_says_what_moved_in_which_segment() -> None:
    """A person reads at night what moved, from what to what, and the way out."""
    parts = {"b": Baseline("the reference", REFERENCE.segments["c"]["b"], PAST)}
    found = verdict(
        like(b=1.5),
        {"segments": ["c"], "columns": {"x": {}}},
        columns=("x",),
        segments={"c": parts},
        baseline=Baseline("the reference", REFERENCE, PAST[:0]),
    )
    first = next(one for one in found.findings if one.severity == "fail")

    assert found.error is not None
    assert found.error.seen == first.message.partition(". ")[0]
    assert "→" in found.error.seen
    assert "--set drift.on_fail=warn" in found.error.todo
