"""The gate on what fallbacks served: budgets for rows, lookups and runs, and what a person must see."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.config.models import PipelineConfig
from seawall.contracts import Account
from seawall.errors import HeldError
from seawall.gate import Degradation, Totals, Verdict, judge, over_degraded
from seawall.gate.degraded import degradation_findings
from seawall.profiles import Profile

BASE: dict[str, Any] = {
    "pipeline": "p",
    "ingest": {"primary": {"type": "parquet", "path": "d", "key": "k"}},
    "predict": {"model": {"type": "sklearn", "path": "m"}, "outputs": ["p"]},
    "publish": {"type": "files", "path": "out"},
}


def config(**limits: Any) -> PipelineConfig:
    """A pipeline file with these limits."""
    return PipelineConfig.model_validate({**BASE, "limits": limits})


def verdict(
    limits: dict[str, Any], degraded: int, *, read: int = 100, filtered: int = 0, **about: Any
) -> Verdict:
    """The verdict on a batch of which so many published rows are degraded."""
    added = totals(degraded, read=read, filtered=filtered)
    return judge(config(**limits), added, Degradation(**about))


def totals(degraded: int, *, read: int = 100, filtered: int = 0) -> Totals:
    """A batch added up, of which so many published rows are degraded."""
    account = Account(read, read - filtered, 0, filtered)
    sums: dict[str, Any] = {name: {} for name in ("filtered", "quarantined", "warned", "nulls")}
    marks = {"w=constants": degraded} if degraded else {}
    return Totals(account, **sums, profile=Profile(0, {}), degraded=marks, degraded_rows=degraded)


def seen(verdict: Verdict) -> list[tuple[str, str, str]]:
    """What failed: the check, what was seen and what is allowed."""
    failed = (f for f in verdict.findings if f.severity == "fail")
    return [(f.check, f.seen, f.allowed) for f in failed]


@pytest.mark.parametrize(("degraded", "decision"), [(0, "publish"), (1, "publish degraded")])
def test_fallbacks_that_are_declared_may_serve(degraded: int, decision: str) -> None:
    """Without a budget whatever the chains serve is published, and the verdict names it."""
    assert verdict({}, degraded).decision == decision


@pytest.mark.parametrize(("degraded", "held"), [(29, False), (30, True)])
def test_the_budget_for_rows_is_exact(degraded: int, held: bool) -> None:  # noqa: FBT001 - a case
    """29 % of 100 rows are 29 rows, although 0.29 × 100 is less."""
    result = verdict({"degraded_rows": "29%"}, degraded)

    assert (result.decision == "hold") == held
    assert seen(result) == [("degraded rows", "30 of 100 rows", "29% of the rows")] * held


def test_the_share_is_of_the_rows_that_stay() -> None:
    """Rows that a filter dropped make no room for degraded ones."""
    result = verdict({"degraded_rows": "25%"}, 11, filtered=60)

    assert seen(result) == [("degraded rows", "11 of 40 rows", "25% of the rows")]


def test_a_held_run_can_be_released() -> None:
    """Too many degraded rows hold the run: the result is complete, and a person may release it."""
    result = verdict({"degraded_rows": "0%"}, 1)

    assert isinstance(result.error, HeldError)
    assert "fallbacks serve more rows than limits.degraded_rows allows" in str(result.error)


@pytest.mark.parametrize(("lookups", "held"), [(("w",), False), (("w", "p"), True)])
def test_the_budget_for_lookups(lookups: tuple[str, ...], held: bool) -> None:  # noqa: FBT001 - a case
    """More degraded lookups than declared hold the run, and each is named."""
    result = verdict({"degraded_lookups": 1}, 1, lookups=lookups)

    assert seen(result) == [("degraded lookups", "2: w, p", "at most 1")] * held


@pytest.mark.parametrize(
    ("degraded", "before", "held"), [(1, 2, False), (1, 3, True), (0, 3, False)]
)
def test_the_budget_for_runs(degraded: int, before: int, held: bool) -> None:  # noqa: FBT001 - a case
    """After as many degraded runs as declared, one more is held; a clean one never is."""
    result = verdict({"consecutive_degraded_runs": 3}, degraded, runs_before=before)

    assert seen(result) == [("degraded runs", "4 in a row with this one", "at most 3")] * held


def test_a_person_has_to_look() -> None:
    """A lookup that answered with something suspicious holds the run and says what."""
    result = verdict({}, 0, held={"w": "the same content as 3 batches before"})

    assert seen(result) == [("lookup", "w: the same content as 3 batches before", "")]
    assert isinstance(result.error, HeldError)


def test_what_failed_is_a_warning() -> None:
    """A link that failed is named in the verdict, whatever answered in its place."""
    result = verdict({}, 1, failures=("w: live failed: a login page",))
    (finding,) = [one for one in result.findings if one.severity == "warn"]

    assert (result.decision, finding.check) == ("publish degraded", "lookup link")
    assert finding.message == "lookup w: live failed: a login page"


def test_unchanged_content_is_a_warning_before_it_holds() -> None:
    """Content that is as old as may still be is published, with a word about the limit."""
    lookup = {"type": "csv", "path": "w", "join": ["k"], "columns": ["t"]}
    ingest = {**BASE["ingest"], "lookups": {"w": {**lookup, "expect": {"max_unchanged": 3}}}}
    declared = PipelineConfig.model_validate({**BASE, "ingest": ingest})
    (finding,) = degradation_findings(declared, totals(0), Degradation(unchanged={"w": 2}))

    assert (finding.check, finding.severity) == ("unchanged lookup", "warn")
    assert finding.seen == "w: byte for byte that of the 2 batches published last"
    assert finding.allowed == "the same content in fewer than 3 batches"


@given(rows=st.integers(0, 500), share=st.integers(0, 100), data=st.data())
def test_stopping_early_is_never_wrong(rows: int, share: int, data: st.DataObject) -> None:
    """A run that is stopped while chunks arrive would have been held at the gate, whatever came."""
    limits = config(degraded_rows=f"{share}%")
    degraded = data.draw(st.integers(0, rows))
    filtered = data.draw(st.integers(0, rows - degraded))
    later_degraded = data.draw(st.integers(0, rows - degraded - filtered))
    later_filtered = data.draw(st.integers(0, rows - degraded - filtered - later_degraded))
    early = over_degraded(limits, degraded, rows=rows - filtered)
    staying = rows - filtered - later_filtered

    assert early is None or over_degraded(limits, degraded + later_degraded, rows=staying)
