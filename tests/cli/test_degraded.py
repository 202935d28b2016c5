"""What people see of a run that fallbacks served."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from seawall.cli.summary import summary
from seawall.contracts import Account, Finding
from seawall.errors import Exit, HeldError
from seawall.events import LinkTried, LookupRead, LookupRehearsed, RunProfiled
from seawall.running import RunResult

RUN = "20130701T030405-1f2e"
AT: dict[str, Any] = {"run_id": RUN, "at": datetime(2013, 7, 1, tzinfo=UTC)}
MARKS = {"weather=constants": 120, "planes=replica": 3}
RESULT = RunResult(
    run_id=RUN, pipeline="delays", batch="b", state="published", exit=Exit.OK, version=3, path="out",
    account=Account(1000, 842, 150, 8), findings=(), chunks=1, reused_chunks=0, seconds=1.0,
    degraded_rows=121, degradations=MARKS,
)  # fmt: skip


@pytest.fixture
def explained(seawall: Any, recorded: Callable[..., None]) -> str:
    """The explanation of a run in which weather failed and constants answered."""
    tried: dict[str, Any] = {"rows": 0, "coverage": None, "as_of": None, "keys": None}
    lookup: dict[str, Any] = {"rows": 1, "sha256": "cd" * 32, "seconds": 0.5, "reused": False}
    recorded(
        RUN,
        LinkTried(
            lookup="weather", link="live", problem="no answer", attempts=4, seconds=9.5,
            **tried, **AT,
        ),
        LinkTried(
            lookup="weather", link="constants", problem="", attempts=0, seconds=0.0,
            **tried | {"coverage": 0.987, "keys": 72}, **AT,
        ),
        LookupRead(lookup="airports", served_by=("live", "constants"), **lookup, **AT),
        RunProfiled(rows=990, columns={}, degraded={"p_late": {"mean": 0.75}}, **AT),
        degraded_rows=120,
        degradations={"weather=constants": 120},
    )  # fmt: skip
    return str(seawall("explain").stdout)


def test_the_summary_counts_degraded_rows() -> None:
    """The summary says how many of the published rows a fallback served, and which."""
    line = "  degraded     121 of 842 rows: weather=constants 120, planes=replica 3"

    assert line in list(summary(RESULT))


def test_the_summary_counts_what_could_not_be_judged() -> None:
    """Warnings are listed; columns that are fine, too small or new are not, one by one."""
    said = ("ok", "ok", "warn", "insufficient", "insufficient", "uncalibrated")
    found = tuple(Finding("drift", s, "x", "", "", f"x is {s}") for s in said)  # type: ignore[arg-type]
    lines = [line for line in summary(replace(RESULT, findings=found)) if " of " not in line]

    assert "  warn         x is warn" in lines
    assert "  insufficient 2 comparisons have too few rows to tell" in lines
    assert "  uncalibrated 1 comparison has nothing to compare with yet" in lines
    assert not any("x is ok" in line for line in lines)


def test_the_summary_of_a_clean_run_says_nothing_of_it() -> None:
    """A run without a fallback has no such line."""
    clean = replace(RESULT, degraded_rows=0, degradations={})

    assert not [line for line in summary(clean) if "degraded" in line]


def test_the_summary_of_a_held_run_does_not_claim_a_share() -> None:
    """Where nothing was published, the degraded rows are no part of anything."""
    none = Account(1000, 0, 150, 8)
    held = replace(RESULT, state="held", exit=Exit.REFUSED, account=none, error=HeldError("no"))

    assert "  degraded     121 rows: weather=constants 120, planes=replica 3" in summary(held)


def test_the_summary_says_what_a_failure_would_do() -> None:
    """A healthy run's summary has a line for each link that was rehearsed."""
    seen = LookupRehearsed(
        lookup="weather", link="last_known_good", problem="", rows=1000, age_s=21_600.0,
        coverage=0.987, mean_change=0.012, p99_change=0.1, within_budget=True, **AT,
    )  # fmt: skip
    clean = replace(RESULT, degraded_rows=0, degradations={}, rehearsals=(seen,))
    (line,) = [line for line in summary(clean) if "if weather failed now" in line]

    assert line.startswith("  rehearsed    if weather failed now: last known good 6 h old")


@pytest.mark.parametrize(
    "part",
    [
        "120 rows were scored with a fallback's values",
        "degraded weather=constants 120",
        "airports live, constants",
        "weather live no answer 4 9.5 s",
        "weather constants answered 0 0.00 s 0 98.7% 72",
        "PUBLISHED, exit 0: published, with a fallback's values within the budget",
        "What to do next See why the lookups failed;",
    ],
)
def test_an_explanation_shows_the_chains(explained: str, part: str) -> None:
    """Which rows a fallback served, which links each lookup has, and what each link answered."""
    assert part in " ".join(explained.split())


def test_an_explanation_describes_degraded_rows_apart(explained: str) -> None:
    """The degraded rows have a table of their own beside that of all rows."""
    both, apart = explained.split("Columns of the degraded rows")

    assert "0.75" in apart
    assert "0.75" not in both


def test_runs_mark_degraded_ones(seawall: Any, recorded: Callable[..., None]) -> None:
    """The list of runs says of each how many rows were degraded, and nothing of clean ones."""
    recorded("run-a")
    recorded("run-b", degraded_rows=120, degradations={"weather=constants": 120})
    header, second, first = seawall("runs").stdout.splitlines()
    column = slice(header.index("degraded"), header.index("degraded") + len("degraded"))

    assert (first[column].strip(), second[column].strip()) == ("", "120")


def test_runs_in_json_carry_the_links(seawall: Any, recorded: Callable[..., None]) -> None:
    """Machines get the counts by lookup and link."""
    recorded(degraded_rows=121, degradations=MARKS)
    (row,) = json.loads(seawall("runs", "--json").stdout)["runs"]

    assert (row["degraded_rows"], row["degradations"]) == (121, MARKS)


def test_status_marks_degraded_versions(seawall: Any, publish: Callable[..., None]) -> None:
    """What is live says itself by whom it was served."""
    publish(5)
    clean = seawall("status", "configs/delays.yaml").stdout
    publish(7, degraded_rows=2, degradations={"weather=constants": 2})
    degraded = seawall("status", "configs/delays.yaml").stdout

    assert ("weather=constants 2" in clean, "weather=constants 2" in degraded) == (False, True)
