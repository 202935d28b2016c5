"""A batch is published, published again, changed and rolled back: what a user sees of it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

BATCH = "2024-03-01"
ACCOUNT = {"read": 60, "published": 52, "quarantined": 2, "filtered": 6}
Command = Callable[..., "subprocess.CompletedProcess[str]"]
Put = Callable[[Path, pd.DataFrame], None]


def answer(done: subprocess.CompletedProcess[str]) -> Any:
    """The JSON object on standard output."""
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def view(project: Path) -> Path:
    """The file that readers see."""
    return project / "out" / "breakdowns" / f"batch={BATCH}" / "predictions.parquet"


def test_account_is_the_same_everywhere(project: Path, score: Command, seawall: Command) -> None:
    """The result, the log of commits, the ledger and the file agree on where the rows went."""
    result = answer(score(project, "--json"))
    entry = json.loads((project / f"out/breakdowns.seawall/log/{BATCH}/00000001.json").read_text())
    (row,) = answer(seawall(project, "runs", "--json"))["runs"]
    told = answer(seawall(project, "explain", result["run_id"][:18], "--json"))
    frame = pd.read_parquet(project / "out" / "breakdowns")

    assert result["account"] == entry["account"] == row["account"] == ACCOUNT
    assert (result["state"], result["version"], result["chunks"]) == ("published", 1, 6)
    assert told["filtered_by"] == {"running": 6}
    assert told["quarantined_by"] == {"load: above max": 1, "plausible": 1}
    assert (len(frame), frame["id"].is_unique) == (52, True)
    assert list(frame.columns) == ["id", "p_break", "_degraded", "batch"]


def test_nothing_but_data_is_published(published: Path) -> None:
    """Beside the batch's one file there is nothing in the folder, and nobody may write to it."""
    folder = published / "out" / "breakdowns"

    assert [path for path in folder.rglob("*") if path.is_file()] == [view(published)]
    assert view(published).stat().st_mode & 0o222 == 0


def test_log_lines_are_json(project: Path, score: Command) -> None:
    """With --log-format json every line of standard error is one event with time, level and run."""
    done = score(project, "--log-format", "json", "--verbose")
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    stages = [line["stage"] for line in lines if line["event"] == "stage finished"]

    assert all(line.keys() >= {"time", "level", "event", "run_id"} for line in lines)
    assert [line["event"] for line in lines][:1] == ["run started"]
    assert sorted(set(stages)) == ["check output", "featurize", "ingest", "predict", "validate"]
    assert lines[-1]["event"] == "run ended"
    assert lines[-1]["account.published"] == 52
    assert done.stdout.splitlines()[0].startswith("breakdowns 2024-03-01: published as version 1")


def test_life_of_a_batch(
    published: Path, score: Command, seawall: Command, put: Put, frame: pd.DataFrame
) -> None:
    """Same input: no-op; --force and a changed input: new versions; a rollback stands until --force."""
    first = view(published).read_bytes()
    again = score(published)
    forced = answer(score(published, "--force", "--json"))
    put(published, frame.assign(load=frame["load"].clip(0, 100)))
    changed = answer(score(published, "--json"))
    second = view(published).read_bytes()
    back = seawall(
        published, "rollback", "pipeline.yaml", "--batch", BATCH, "--reason", "all wrong"
    )
    rolled_back = view(published).read_bytes()
    refused = score(published)
    (live,) = answer(seawall(published, "status", "pipeline.yaml", "--json"))["batches"]
    runs = answer(seawall(published, "runs", "--json"))["runs"]
    brought_back = answer(score(published, "--force", "--json"))

    assert (again.returncode, "already published as version 1" in again.stdout) == (0, True)
    assert (forced["version"], forced["state"]) == (2, "published")
    assert changed["version"] == 3
    assert changed["account"] == ACCOUNT | {"published": 53, "quarantined": 1}
    assert (back.returncode, rolled_back == first, second != first) == (0, True, True)
    assert (refused.returncode, "--force" in refused.stderr) == (65, True)
    assert (live["entry"]["version"], live["entry"]["kind"]) == (4, "rollback")
    assert [run["exit"] for run in runs] == [65, 0, 0, 0, 0]
    assert brought_back["version"] == 5
    assert view(published).read_bytes() == second


IN_PYTHON = """
import sys
sys.path.insert(0, sys.argv[1])
import seawall
result = seawall.run(sys.argv[1] + "/pipeline.yaml", batch="2024-03-01")
assert seawall.run(sys.argv[1] + "/pipeline.yaml", batch="2024-03-01").state == "already published"
failed = seawall.run(sys.argv[1] + "/pipeline.yaml", batch="2024-03-09")
assert isinstance(failed.error, seawall.UnavailableError), failed
assert result.account.balanced
print(result.state, result.version, int(result.exit), result.account, int(failed.exit))
"""


def test_python_has_the_same_verb(template: Path, published: Path, tmp_path: Path) -> None:
    """`seawall.run()` publishes what the command publishes; errors with a name are in its result."""
    import seawall

    other = tmp_path / "other"
    subprocess.run(["cp", "-a", str(template), str(other)], check=True)
    home = str(Path(seawall.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", IN_PYTHON, str(other)],
        env={"PYTHONPATH": home, "PATH": "/usr/bin:/bin"},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )

    equation = "read 60 = published 52 + quarantined 2 + filtered 6"
    assert done.stdout == f"published 1 0 {equation} 69\n", done.stderr
    assert view(other).read_bytes() == view(published).read_bytes()


def test_from_cron(project: Path, seawall: Command, tmp_path: Path) -> None:
    """From another working directory, with another HOME and few variables, everything is found."""
    home = tmp_path / "home"
    home.mkdir()
    config = str(project / "pipeline.yaml")
    run = ("run", config, "--batch", BATCH, "--executor", "processes", "--workers", "1")
    done = seawall(project, *run, cwd=home, HOME=str(home), TERM="dumb", LANG="C")

    assert done.returncode == 0, done.stderr
    assert (project / ".seawall" / "ledger.db").is_file()
    assert view(project).is_file()
    assert list(home.iterdir()) == []
