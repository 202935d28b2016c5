"""A rule that is too strict, its fix, and the rows that it kept from being published."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.end_to_end.test_resume import edited

BATCH = "2024-03-01"
Command = Callable[..., "subprocess.CompletedProcess[str]"]
POINTS = ["2", "3c", "4b:2", "4f", "4f:7", "5c", "5", "6c", "6d", "6e", "7s", "7b", "7d", "8a"]

fix_rule = edited("factory/steps.py", '(frame["speed"] > -100)', '(frame["speed"] > -1000)')
fix_contract = edited("pipeline.yaml", "max: 100, on_violation", "max: 1000, on_violation")


def rows(project: Path) -> pd.DataFrame:
    """What readers see, by key."""
    frame = pd.read_parquet(project / "out" / "breakdowns")
    assert frame["id"].is_unique
    return frame.sort_values("id", ignore_index=True)


def run_id(project: Path) -> str:
    """The run that made version 1."""
    log = project / f"out/breakdowns.seawall/log/{BATCH}/00000001.json"
    return str(json.loads(log.read_text())["run_id"])


def test_after_the_fix(published: Path, score: Command, seawall: Command) -> None:
    """Replayed rows are published as a clean run has them, the account closes, the old version stays."""
    told = seawall(published, "explain", "--json")
    reasons = {one["reason"]: one for one in json.loads(told.stdout)["reasons"]}
    before = (published / f"out/breakdowns/batch={BATCH}/predictions.parquet").read_bytes()
    fix_rule(published)
    fix_contract(published)
    done = seawall(published, "replay", run_id(published))
    found = rows(published)
    (old,) = (published / f"out/breakdowns.seawall/data/{BATCH}").glob("00000001.*")
    score(published, "--force")

    assert reasons["load: above max"]["examples"][0]["value"] == "999.0"
    assert done.returncode == 0, done.stderr
    assert "published as version 2" in done.stdout
    assert "read 60 = published 54 + quarantined 0 + filtered 6" in done.stdout
    assert "2 rows of the quarantine: 2 published, 0 in quarantine again" in done.stdout
    assert old.read_bytes() == before
    pd.testing.assert_frame_equal(found, rows(published))


def test_nothing_left(published: Path, seawall: Command) -> None:
    """A replay without a fix says so, from whatever folder of the project, and publishes nothing."""
    done = seawall(published, "replay", cwd=published / "elsewhere")
    unknown = seawall(published, "replay", "2020", "--json")

    assert (done.returncode, "nothing to replay" in done.stdout) == (0, True), done.stderr
    assert "0 published, 2 in quarantine again" in done.stdout
    assert (unknown.returncode, json.loads(unknown.stdout)["error"]["exit"]) == (2, 2)


@pytest.mark.kill
@pytest.mark.parametrize("point", POINTS)
def test_killed_anywhere(published: Path, score: Command, seawall: Command, point: str) -> None:
    """Killed at any step, readers see version 1 or 2; the next replay ends with every row, each once."""
    first = run_id(published)
    (outcome,) = published.glob(f"out/breakdowns.seawall/plans/{BATCH}/*/outcome.json")
    fix_rule(published)
    fix_contract(published)
    seen_before = len(rows(published))
    if point == "8a":  # something to collect: the plan of a version that is not live any more
        aged = {"state": "committed", "at": "2020-01-01T00:00:00+00:00"}
        outcome.write_text(json.dumps(aged))
    killed = seawall(published, "replay", first, SEAWALL_FAILPOINT=point)
    meanwhile = len(rows(published))
    again = seawall(published, "replay", first)
    final = rows(published)
    state = published / "out/breakdowns.seawall"
    open_plans = [
        plan for plan in (state / "plans" / BATCH).glob("*/plan.json")
        if not (plan.parent / "outcome.json").is_file()
    ]  # fmt: skip
    score(published, "--force")

    assert killed.returncode == -signal.SIGKILL, f"never reached: {killed.stderr}"
    assert (seen_before, meanwhile in {52, 54}) == (52, True)
    assert again.returncode == 0, again.stderr
    assert "resume refused" not in again.stderr
    assert re.search("published as version 2|nothing to replay", again.stdout)
    assert (list(state.rglob("*.tmp")), open_plans) == ([], [])
    pd.testing.assert_frame_equal(final, rows(published))
