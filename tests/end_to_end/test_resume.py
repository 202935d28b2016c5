"""After a failure: what the next run takes over, what it does anew, and that it says why."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

BATCH = "2024-03-01"
Command = Callable[..., "subprocess.CompletedProcess[str]"]
Change = Callable[[Path], object]


@pytest.fixture
def interrupted(published: Path, score: Command) -> Path:
    """A project in which a run was killed when all its chunks were finished."""
    done = score(published, "--force", SEAWALL_FAILPOINT="5")
    assert done.returncode == -signal.SIGKILL
    return published


def result_of(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The run's result as JSON."""
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def edited(name: str, old: str, new: str) -> Change:
    """Replaces a piece of one of the project's files."""

    def change(project: Path) -> None:
        path = project / name
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    return change


def other_model(project: Path) -> None:
    """The model is another one, at the same path."""
    import skops.io

    path = project / "models" / "tree.skops"
    tree = skops.io.load(path, trusted=["sklearn.tree._tree.Tree"])
    skops.io.dump(tree.set_params(min_samples_leaf=2), path)


def other_input(project: Path) -> None:
    """The input has one row less."""
    import pandas as pd

    path = project / "data" / f"{BATCH}.parquet"
    pd.read_parquet(path).head(59).to_parquet(path, row_group_size=10)


CHANGES: dict[str, tuple[Change, str]] = {
    "input": (other_input, f"input {BATCH}.parquet"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_not_resumed_when_values_would_mix(interrupted: Path, score: Command, name: str) -> None:
    """Another input: nothing is reused, and the screen says what is different."""
    change, words = CHANGES[name]
    change(interrupted)
    done = score(interrupted, "--json")
    result = result_of(done)
    (line,) = [line for line in done.stderr.splitlines() if "resume refused" in line]

    assert (result["state"], result["reused_chunks"]) == ("published", 0)
    assert words in line
    assert " is now " in line


def test_not_resumed_with_another_model(published: Path, score: Command) -> None:
    """Another model at the same path: nothing is reused, and both hashes are on the screen."""
    plain = "{type: python, use: factory.model:Strain}"
    tree = "{type: sklearn, path: models/tree.skops, trusted: [sklearn.tree._tree.Tree]}"
    edited("pipeline.yaml", plain, tree)(published)
    killed = score(published, SEAWALL_FAILPOINT="5")
    other_model(published)
    done = score(published, "--json")

    assert killed.returncode == -signal.SIGKILL
    assert result_of(done)["reused_chunks"] == 0
    assert re.search("model sha256 [0-9a-f]{8}… is now [0-9a-f]{8}…", done.stderr)


@pytest.mark.parametrize(
    "args",
    [
        ("--executor", "processes", "--workers", "1"),
        ("--set", "ingest.primary.chunk_rows=1000"),
        ("--set", "limits.quarantined_rows.rows=9", "--set", "description=other words"),
    ],
)
def test_resumed_when_only_the_way_of_running_changed(
    interrupted: Path, score: Command, args: tuple[str, ...]
) -> None:
    """Workers, the size of chunks and budgets change no value: the finished chunks are reused."""
    result = result_of(score(interrupted, "--force", "--json", *args))

    assert (result["state"], result["reused_chunks"], result["chunks"]) == ("published", 6, 6)


def warmer(project: Path) -> None:
    """The upstream has other values now."""
    with sqlite3.connect(project / "data" / "weather.db") as weather:
        weather.execute("UPDATE weather SET temp = 40.0 WHERE city = 'Rome'")
    weather.close()


def test_an_interrupted_run_keeps_its_lookups(interrupted: Path, score: Command) -> None:
    """A resumed run goes on with the upstream's state that its finished chunks saw."""
    before = (interrupted / f"out/breakdowns/batch={BATCH}/predictions.parquet").read_bytes()
    warmer(interrupted)
    result = result_of(score(interrupted, "--force", "--json"))

    assert result["reused_chunks"] == 6
    view = interrupted / f"out/breakdowns/batch={BATCH}/predictions.parquet"
    assert view.read_bytes() == before


REFUSALS = {
    "held": ("check_output.distribution.p_break.mean=[0.9, 0.99]", 4),
    "stopped": ("check_output.bounds.p_break.max=0.5", 4),
    "failed": ("limits.quarantined_rows.rows=1", 65),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refused_run_is_not_judged_again_on_old_lookups(
    published: Path, score: Command, name: str
) -> None:
    """After held, stopped or 65 the next run starts from nothing and asks the upstreams again."""
    setting, code = REFUSALS[name]
    first = score(published, "--force", "--set", setting)
    (outcome,) = {
        json.loads(path.read_text())["state"]
        for path in published.glob(f"out/breakdowns.seawall/plans/{BATCH}/*2.*/outcome.json")
    }
    warmer(published)
    second = score(published, "--force", "--set", setting, "--log-format", "json")
    lines = [json.loads(line) for line in second.stderr.splitlines() if line.startswith("{")]
    read = [line for line in lines if line["event"] == "lookup read"]

    assert (first.returncode, second.returncode, outcome) == (code, code, name)
    assert [line["reused"] for line in read] == [False, False]
    assert [line["reused"] for line in lines if line["event"] == "plan ready"] == [0]


def test_a_mended_stage_reuses_nothing(published: Path, score: Command) -> None:
    """A run that ended with 70 goes on anew once the stage's code is another."""
    break_it = edited(
        "factory/steps.py",
        "    return frame.assign",
        "    frame.index[99]\n    return frame.assign",
    )
    mend_it = edited("factory/steps.py", "    frame.index[99]\n", "")
    break_it(published)
    failed = score(published)
    mend_it(published)
    done = score(published, "--force", "--json")

    assert (failed.returncode, "IndexError" in failed.stderr) == (70, True)
    assert result_of(done)["reused_chunks"] == 0
    assert "code factory.steps" in done.stderr
