"""`seawall release`: what the gate refused is published on a person's word, and only what it judged."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from seawall.failpoints import FAILPOINTS
from tests.end_to_end.conftest import BATCH, command, copied

NARROW, WIDE = "mean: [0.9, 0.99]", "mean: [0.01, 0.99]"
WORD = ("release", "last", "--reason", "the fleet was renewed")
ABOUT = ("--config", "pipeline.yaml")
Command = Callable[..., "subprocess.CompletedProcess[str]"]
Put = Callable[[Path, pd.DataFrame], None]


@pytest.fixture(scope="session")
def held_template(published_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with version 1, and a run of other rows behind it that the gate has refused."""
    root = copied(published_template, tmp_path_factory.mktemp("held") / "project")
    frame = pd.read_parquet(root / f"data/{BATCH}.parquet")
    frame.assign(load=frame["load"].clip(0, 90)).to_parquet(
        root / f"data/{BATCH}.parquet", row_group_size=10
    )
    change(root, WIDE, NARROW)
    done = command(root, "run", "pipeline.yaml", "--batch", BATCH)
    assert done.returncode == 4, done.stderr
    return root


@pytest.fixture
def held(held_template: Path, tmp_path: Path) -> Path:
    """A project whose last run is held."""
    return copied(held_template, tmp_path / "project")


def change(project: Path, old: str, new: str) -> None:
    """A piece of the pipeline file is another."""
    config = project / "pipeline.yaml"
    assert old in config.read_text()
    config.write_text(config.read_text().replace(old, new))


def view(project: Path) -> Path:
    """What readers see."""
    return project / "out/breakdowns" / f"batch={BATCH}" / "predictions.parquet"


def entry(project: Path, version: int) -> dict[str, Any]:
    """The version's commit."""
    path = project / f"out/breakdowns.seawall/log/{BATCH}/{version:08d}.json"
    return dict(json.loads(path.read_text()))


def held_plan(project: Path) -> Path:
    """The folder of the plan that the gate refused."""
    outcomes = (project / "out/breakdowns.seawall/plans" / BATCH).glob("*/outcome.json")
    (found,) = (path.parent for path in outcomes if '"held"' in path.read_text())
    return found


def versions(project: Path) -> int:
    """How many commits the batch has."""
    return len(list((project / f"out/breakdowns.seawall/log/{BATCH}").iterdir()))


def test_released_bytes_are_those_of_a_passing_run(held: Path, seawall: Command) -> None:
    """The file and what is said of it are what a gate that had let it pass would have published."""
    run_id = json.loads((held_plan(held) / "attempt.json").read_text())["run_id"]
    done = seawall(held, *WORD)
    released = entry(held, 2)
    passing = seawall(held, "run", "pipeline.yaml", "--batch", BATCH, "--force", f"--set=check_output.distribution.p_break.{WIDE.replace(': ', '=')}")  # fmt: skip
    again = entry(held, 3)
    said = (released["kind"], released["reason"], released["run_id"], released["base"])

    assert (done.returncode, passing.returncode) == (0, 0), done.stderr + passing.stderr
    assert said == ("release", "the fleet was renewed", run_id, 1)
    assert released["by"]
    for name in ("account", "degradations", "lookups", "input_schema"):
        assert released[name] == again[name]
    assert released["file"]["sha256"] == again["file"]["sha256"]
    assert [one["check"] for one in released["findings"] if one["severity"] == "fail"] == ["mean"]


@pytest.mark.faults
def test_a_release_is_told_wherever_runs_are_told(held: Path, seawall: Command) -> None:
    """The held run says how to release it; afterwards every command says that it was, and by whom."""
    before = seawall(held, "explain").stdout
    seawall(held, *WORD)
    shown = [seawall(held, *ask).stdout for ask in (("runs",), ("explain",), ("status", ABOUT[1]))]

    assert '--reason "…"` publishes it' in before
    assert "released" in shown[0]
    assert ("RELEASED, exit 0" in shown[1], ": the fleet was renewed" in shown[1]) == (True, True)
    assert "release by " in shown[2]


@pytest.mark.faults
def test_a_release_is_given_once(held: Path, seawall: Command) -> None:
    """A second one finds it live, with the ledger or without one, and makes no version."""
    released = json.loads(seawall(held, *WORD, "--json").stdout)
    (held / ".seawall/ledger.db").unlink()
    args = ("release", released["run_id"][:18], "--reason", "again", *ABOUT, "--json")
    again = json.loads(seawall(held, *args).stdout)

    assert (released["state"], released["version"]) == ("released", 2)
    assert (again["state"], again["version"], versions(held)) == ("already released", 2, 2)
    assert "released" in seawall(held, "runs").stdout


@pytest.mark.faults
@pytest.mark.parametrize("kind", ["parts", "receipts", "quarantine"])
def test_only_what_was_judged_is_released(held: Path, seawall: Command, kind: str) -> None:
    """A flipped bit in a chunk's file is refused with the chunk's name, and readers see version 1."""
    before = view(held).read_bytes()
    file = min((held_plan(held) / kind).iterdir())
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.unlink()
    file.write_bytes(content)
    done = seawall(held, *WORD)

    assert (done.returncode, "what was judged is not there any more: chunk 0000" in done.stderr) == (74, True)  # fmt: skip
    assert (view(held).read_bytes(), versions(held)) == (before, 1)


def test_a_newer_version_makes_a_held_run_stale(held: Path, seawall: Command) -> None:
    """After a fix was published the earlier result is refused, with what is live in its place."""
    run_id = json.loads((held_plan(held) / "attempt.json").read_text())["run_id"]
    change(held, NARROW, WIDE)
    fixed = seawall(held, "run", "pipeline.yaml", "--batch", BATCH)
    done = seawall(held, "release", run_id, "--reason", "it is right")

    assert fixed.returncode == 0
    assert (done.returncode, "version 2 is live (publish of run" in done.stderr) == (4, True)
    assert versions(held) == 2


@pytest.mark.faults
def test_a_newer_held_run_makes_an_older_one_stale(held: Path, seawall: Command) -> None:
    """Of two held runs the newer one alone is released; it has read its lookups anew."""
    first = json.loads((held_plan(held) / "attempt.json").read_text())["run_id"]
    again = json.loads(seawall(held, "run", "pipeline.yaml", "--batch", BATCH, "--json").stdout)
    older = seawall(held, "release", first, "--reason", "it is right")
    newer = seawall(held, *WORD)

    assert (again["state"], again["reused_chunks"]) == ("held", 0)
    assert (older.returncode, f"run {again['run_id']} was held after it" in older.stderr) == (4, True)  # fmt: skip
    assert (newer.returncode, entry(held, 2)["run_id"]) == (0, again["run_id"])


@pytest.mark.faults
@pytest.mark.parametrize(
    ("asked", "why"),
    [("published", "it is published, as version 1"), ("stopped", "a check stopped it midway")],
)
def test_only_a_held_run_is_released(
    published: Path, seawall: Command, asked: str, why: str
) -> None:
    """A run that published, or that a check stopped midway, is refused with what it is."""
    if asked == "stopped":
        bound = "--set=check_output.bounds.p_break.max=0.1"
        seawall(published, "run", "pipeline.yaml", "--batch", BATCH, bound)
    run_id = json.loads(seawall(published, "runs", "--json").stdout)["runs"][0]["run_id"]
    done = seawall(published, "release", run_id, "--reason", "please")

    assert (done.returncode, why in done.stderr) == (2, True), done.stderr


@pytest.mark.faults
def test_a_change_since_is_said(held: Path, seawall: Command) -> None:
    """Code that changed since the run is no hindrance: what was judged is there, and the entry says so."""
    steps = held / "factory/steps.py"
    steps.write_text(steps.read_text().replace("scale + ", "scale - "))
    before = json.loads((held_plan(held) / "plan.json").read_text())["details"]
    done = seawall(held, *WORD)
    warned = [one["seen"] for one in entry(held, 2)["findings"] if one["check"] == "release"]

    assert (done.returncode, before["code.factory.steps"][:8] in warned[0]) == (0, True)


@pytest.mark.faults
def test_a_release_that_was_rolled_back_stays_back(held: Path, seawall: Command) -> None:
    """Neither a scheduler's run nor the same release brings it back; readers see version 1."""
    before = view(held).read_bytes()
    run_id = json.loads(seawall(held, *WORD, "--json").stdout)["run_id"]
    seawall(held, "rollback", "pipeline.yaml", "--batch", BATCH, "--reason", "it was not so")
    rerun = seawall(held, "run", "pipeline.yaml", "--batch", BATCH)
    again = seawall(held, "release", run_id, "--reason", "it was")

    assert (rerun.returncode, "was rolled back" in rerun.stderr) == (65, True), rerun.stderr
    assert (again.returncode, "--to 2" in again.stderr) == (4, True), again.stderr
    assert view(held).read_bytes() == before


@pytest.mark.kill
@pytest.mark.parametrize(
    "point", [p for p in FAILPOINTS if p[0] in "5678" and p not in {"5", "8a"}]
)
def test_killed_while_releasing(held: Path, seawall: Command, point: str) -> None:
    """Killed anywhere, readers see the old version or the new; the same command ends as undisturbed."""
    before = view(held).read_bytes()
    killed = seawall(held, *WORD, SEAWALL_FAILPOINT=point)
    run_id = json.loads((held_plan_or_done(held) / "attempt.json").read_text())["run_id"]
    between = view(held).read_bytes()
    done = seawall(held, "release", run_id, "--reason", "the fleet was renewed", *ABOUT)

    assert (killed.returncode, done.returncode) == (-9, 0), killed.stderr + done.stderr
    assert versions(held) == 2
    assert len(pd.read_parquet(view(held))) == entry(held, 2)["file"]["rows"]
    assert between == before or FAILPOINTS.index(point) > FAILPOINTS.index("6e")
    assert (
        json.loads((held_plan_or_done(held) / "outcome.json").read_text())["state"] == "committed"
    )


def held_plan_or_done(project: Path) -> Path:
    """The folder of the batch's newest plan."""
    return max((project / "out/breakdowns.seawall/plans" / BATCH).iterdir())
