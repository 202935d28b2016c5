"""A lookup fails and its fallback answers: what is published says so, within budgets that hold."""

from __future__ import annotations

import hashlib
import json
import signal
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

BATCH = "2024-03-01"
MARK = "weather=constants"
CHAIN = """      columns: [temp]
      fallback:
        - constants: {temp: 10.0}
"""
Command = Callable[..., "subprocess.CompletedProcess[str]"]


def edit(project: Path, old: str, new: str) -> None:
    """A piece of the pipeline file is another one."""
    config = project / "pipeline.yaml"
    assert old in config.read_text()
    config.write_text(config.read_text().replace(old, new, 1))


def limit(project: Path, limits: str) -> None:
    """The pipeline has one more limit."""
    edit(project, "limits:\n", f"limits:\n  {limits}\n")


def fail(project: Path) -> None:
    """Weather is down."""
    (project / "data/weather.db").rename(project / "data/gone.db")


def recover(project: Path) -> None:
    """Weather is back."""
    (project / "data/gone.db").rename(project / "data/weather.db")


@pytest.fixture
def degraded(project: Path) -> Path:
    """A project that nothing was published from, with constants for weather, which is down."""
    edit(project, "      columns: [temp]\n", CHAIN)
    fail(project)
    return project


@pytest.fixture
def live(published: Path) -> Path:
    """The same with a clean version live, published before the chain was declared."""
    edit(published, "      columns: [temp]\n", CHAIN)
    fail(published)
    return published


def result_of(done: subprocess.CompletedProcess[str], code: int = 0) -> dict[str, Any]:
    """The run's result as JSON."""
    assert done.returncode == code, done.stderr
    return dict(json.loads(done.stdout))


def shown(project: Path, form: str = "parquet") -> Path:
    """The file that readers see."""
    return project / f"out/breakdowns/batch={BATCH}/predictions.{form}"


def sha256(path: Path) -> str:
    """The file's hash."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def receipts(project: Path) -> set[Path]:
    """The receipts of all plans."""
    return set((project / "out/breakdowns.seawall").glob("plans/*/*/receipts/*.json"))


READERS: dict[str, Callable[[Path], pd.DataFrame]] = {
    "parquet": lambda path: pd.read_parquet(path, partitioning=None),
    "csv": pd.read_csv,
    "jsonl": lambda path: pd.read_json(path, lines=True),
}


@pytest.mark.breaks(
    "a lookup is down, and its chain ends in constants",
    then="published; every row that constants served says so in `_degraded`",
)
@pytest.mark.parametrize("form", READERS)
def test_every_row_says_who_served_it(degraded: Path, score: Command, form: str) -> None:
    """Whatever the format, each row of the failed lookup is marked, and the account balances."""
    result = result_of(score(degraded, "--set", f"publish.format={form}", "--json"))
    rows = READERS[form](shown(degraded, form))
    account = result["account"]

    assert set(rows["_degraded"]) == {MARK}
    assert (result["state"], result["degraded_rows"]) == ("published", len(rows))
    assert result["degradations"] == {MARK: len(rows)}
    assert account["read"] == len(rows) + account["quarantined"] + account["filtered"]


def test_only_the_rows_of_missing_keys_are_marked(project: Path, score: Command) -> None:
    """A live read that lacks a city is filled for that city alone; the other rows stay clean."""
    edit(project, "      columns: [temp]\n", f"{CHAIN}      on_missing_key: fallback\n")
    result = result_of(score(project, "--json"))
    rows = pd.read_parquet(shown(project), partitioning=None)
    cities = pd.read_parquet(project / f"data/{BATCH}.parquet").set_index("id")["city"]
    at_bonn = rows["id"].map(cities) == "Bonn"  # the only city that weather has no row for

    assert set(rows.loc[at_bonn, "_degraded"]) == {MARK}
    assert rows.loc[~at_bonn, "_degraded"].isna().all()
    assert result["degraded_rows"] == int(at_bonn.sum()) > 0


def test_people_are_told(degraded: Path, score: Command, seawall: Command) -> None:
    """The summary, the list of versions and the explanation name the fallback and count its rows."""
    summary = score(degraded).stdout
    status = seawall(degraded, "status", "pipeline.yaml").stdout
    explained = " ".join(seawall(degraded, "explain").stdout.split())

    assert "degraded     52 of 52 rows: weather=constants 52" in summary
    assert "weather=constants 52" in status
    assert "weather constants answered" in explained
    assert "degraded weather=constants 52" in explained


def test_a_strict_exit_is_3(degraded: Path, score: Command) -> None:
    """A degraded batch is published, and a caller who asked is told by the exit code."""
    result = result_of(score(degraded, "--strict-exit", "--json"), 3)

    assert (result["state"], result["exit"]) == ("published", 3)


def test_whoever_asked_is_alerted(degraded: Path, score: Command) -> None:
    """An alert on degraded batches is given, with the links and their rows."""
    alert = "alerts: [{command: [tee, told.json], on: [degraded]}]\n"
    edit(degraded, "limits:\n", f"{alert}limits:\n")
    result_of(score(degraded, "--json"))
    told = json.loads((degraded / "told.json").read_text())

    assert (told["occasion"], told["degradations"]) == ("degraded", {MARK: 52})


@pytest.mark.breaks("more rows are degraded than `limits.degraded_rows` allows")
def test_too_many_rows_stop_the_run(live: Path, score: Command, refused: Any) -> None:
    """When the budget cannot hold any more, the run stops before the last chunk; nothing changes."""
    limit(live, "degraded_rows: 20%")
    done = score(live)

    assert "state=stopped" in refused(live, done, 4, "limits.degraded_rows", "weather=constants")


def test_a_complete_result_is_held(live: Path, score: Command, refused: Any) -> None:
    """Where the last chunk breaks the budget the result is complete: it is held, not stopped."""
    limit(live, "degraded_rows: 20%")
    done = score(live, "--set", "ingest.primary.chunk_rows=60")

    assert "state=held" in refused(live, done, 4, "limits.degraded_rows", "52 of 54 rows")


def test_a_killed_run_stays_degraded(degraded: Path, score: Command) -> None:
    """A resumed run publishes what the killed one would have, although the upstream is back."""
    whole = result_of(score(degraded, "--json"))
    bytes_of_whole = sha256(shown(degraded))
    killed = score(degraded, "--force", SEAWALL_FAILPOINT="4f:2")
    recover(degraded)
    resumed = result_of(score(degraded, "--force", "--json"))

    assert killed.returncode == -signal.SIGKILL
    assert resumed["reused_chunks"] > 0
    assert (resumed["degradations"], sha256(shown(degraded))) == (
        whole["degradations"],
        bytes_of_whole,
    )


def test_degraded_rows_have_a_profile_of_their_own(degraded: Path, score: Command) -> None:
    """The ledger describes degraded rows beside all rows."""
    result_of(score(degraded, "--json"))
    with sqlite3.connect(degraded / ".seawall/ledger.db") as ledger:
        found = dict(ledger.execute("SELECT degraded, count(*) FROM columns GROUP BY degraded"))
    ledger.close()

    assert found[0] == found[1] > 0


def test_a_stage_cannot_hide_it(degraded: Path, score: Command) -> None:
    """A stage that makes the column `_degraded` itself ends the run with 70."""
    steps = degraded / "factory/steps.py"
    steps.write_text(steps.read_text().replace("frame.assign(", "frame.assign(_degraded=None, "))
    done = score(degraded)

    assert done.returncode == 70
    assert "may not make the column '_degraded'" in done.stderr


@pytest.mark.breaks("`limits.run_deadline` is over")
def test_the_run_ends_at_its_deadline(published: Path, score: Command, refused: Any) -> None:
    """A run whose time is up stops at a chunk's border, and the next goes on with its chunks."""
    steps = published / "factory/steps.py"
    steps.write_text(steps.read_text().replace("def add_strain(", "def add_strain_(") + SLOW)
    limit(published, "run_deadline: 2s")
    before = receipts(published)
    done = score(published, "--force", "--workers", "1")
    kept = len(receipts(published) - before)
    refused(published, done, 75, "limits.run_deadline: the run's time is up")
    (published / "quick").touch()
    rerun = result_of(score(published, "--set", "limits.run_deadline=1h", "--json"))

    assert (rerun["state"], rerun["reused_chunks"]) == ("published", kept)


SLOW = '''

def add_strain(frame, *, scale: float):
    """The chunk with row 30 takes longer than the run has."""
    if 30 in frame.index and not Path("quick").exists():
        time.sleep(3)
    return add_strain_(frame, scale=scale)
'''
