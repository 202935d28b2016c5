"""Start: F01 to F05, and F10 to F14."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.end_to_end.conftest import BATCH, Command
from tests.faults.conftest import Saw
from tests.faults.sound import files, log

Begin = Callable[..., "subprocess.Popen[str]"]
NOTHING = "refused; nothing is read or written"


def edited(project: Path, old: str, new: str) -> None:
    """A piece of the pipeline file is another one."""
    path = project / "pipeline.yaml"
    text = path.read_text()
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1))


def tree(project: Path) -> dict[str, str]:
    """Every file of the project by its hash, but what Python compiles."""
    return {name: digest for name, digest in files(project).items() if "__pycache__" not in name}


F01 = {
    "no YAML": ("pipeline: breakdowns", "pipeline: [breakdowns", ("pipeline.yaml:2:6: not YAML",)),
    "a key twice": ("    key: id", "    key: id\n    key: id", (":9:5:", "stands twice", "line 8")),
    "a typo": ("chunk_rows", "chunk_row", (":9:5 ", "unknown key", "did you mean `chunk_rows`?")),
}


@pytest.mark.parametrize("name", F01)
def test_f01_a_file_with_a_slip(project: Path, score: Command, saw: Saw, name: str) -> None:
    """A file that does not parse or has a wrong key is refused by its line and column."""
    old, new, words = F01[name]
    edited(project, old, new)
    before = tree(project)
    done = score(project)

    saw(done, 78, f"{NOTHING}; file, line and column are named", *words)
    assert tree(project) == before


F02 = {
    "1.10": ("pipeline: breakdowns", "pipeline: 1.10", ("1:11 pipeline", "allowed: text")),
    "12:30:00": ("chunk_rows: 15", "chunk_rows: 12:30:00", ("seen: '12:30:00'", "a whole number")),
    "NO": ("nullable: true", "nullable: NO", ("seen: 'NO'", "allowed: true or false")),
    "010": ("dtype: string}", "dtype: string, pattern: 010}", ("seen: 10", "allowed: text")),
}


@pytest.mark.parametrize("name", F02)
def test_f02_a_scalar_of_old_yaml(project: Path, score: Command, saw: Saw, name: str) -> None:
    """No scalar becomes a truth value, an octal number or seconds on the sly: it is a type error."""
    old, new, words = F02[name]
    edited(project, old, new)
    before = tree(project)
    done = score(project)

    saw(done, 78, f"{NOTHING}: a value of the wrong type", *words)
    assert tree(project) == before


def test_f03_a_secret_that_is_not_there(project: Path, score: Command, saw: Saw) -> None:
    """The missing variable is named, and no value of another one is shown."""
    edited(project, "url: sqlite:///data/weather.db", "url: ${env:WEATHER_DB}")
    before = tree(project)
    done = score(project, WEATHER_DBX="sqlite:///geheim.db")

    saw(done, 78, f"{NOTHING}; the variable is named", "WEATHER_DB is not set", ":13:12 ")
    assert "geheim" not in done.stdout + done.stderr
    assert tree(project) == before


F04 = {
    "times": (
        "      join: [city]",
        "      attempt_timeout: 20s\n      deadline: 10s\n      join: [city]",
        ("ingest.lookups.weather", "attempt_timeout is longer than deadline"),
    ),
    "the run's time": (
        "limits:",
        "limits:\n  run_deadline: 1s\n",
        ("wait_for is longer than the whole run may take", "at most limits.run_deadline"),
    ),
    "budgets": ("rows: {min: 1}", "rows: {min: 10, max: 5}", ("min is above max", "at most max")),
}


@pytest.mark.parametrize("name", F04)
def test_f04_promises_that_contradict(project: Path, score: Command, saw: Saw, name: str) -> None:
    """Times and budgets that cannot hold at once are refused, both of them named."""
    old, new, words = F04[name]
    edited(project, "    key: id", "    key: id\n    wait_for: 2s")
    edited(project, old, new)
    before = tree(project)
    done = score(project)

    saw(done, 78, f"{NOTHING}; both sides are named", *words)
    assert tree(project) == before


def test_f05_a_stage_that_cannot_be_imported(
    published: Path, score: Command, seawall: Command, out: Path, saw: Saw
) -> None:
    """`seawall check` and the start of a run refuse a stage whose module raises when it is imported."""
    steps = published / "factory" / "steps.py"
    steps.write_text("import nowhere_to_be_found\n" + steps.read_text())
    before = files(out)
    checked = seawall(published, "check", "pipeline.yaml")
    done = score(published, "--force")

    happened = "refused by `check` and at the start, with the module and the error"
    saw([checked, done], [78, 78], happened, "nowhere_to_be_found", "pipeline.yaml:", folder=out)
    assert files(out) == before
    assert len(log(out, BATCH)) == 1


def test_f10_published_already(published: Path, score: Command, out: Path, saw: Saw) -> None:
    """The same inputs are not published twice."""
    before = files(out)
    done = score(published)

    happened = "nothing is done; the version is named"
    saw(done, 0, happened, "already published as version 1", folder=out)
    assert (files(out), len(log(out, BATCH))) == (before, 1)


F11: dict[str, tuple[Callable[[Path], object], tuple[str, ...]]] = {
    "missing": (Path.unlink, ()),
    "corrupt": (
        lambda ledger: ledger.write_bytes(b"garbage " * 2000),
        ("was corrupt: it is kept as ledger.db.corrupt-",),
    ),
}


@pytest.mark.parametrize("name", F11)
def test_f11_a_lost_ledger(
    published: Path, score: Command, seawall: Command, saw: Saw, name: str
) -> None:
    """The run goes on and publishes; a new ledger is begun, and knows from the log what was published."""
    spoil, words = F11[name]
    spoil(published / ".seawall" / "ledger.db")
    done = score(published, "--force")
    runs = json.loads(seawall(published, "runs", "--json").stdout)["runs"]

    happened = f"{name}: published; the ledger is rebuilt from the log, and that is said"
    words = (*words, "is rebuilt from the log: 1 run")
    saw(done, 0, happened, *words, folder=published / "out" / "breakdowns")
    assert [(run["state"], run["version"]) for run in runs] == [("published", 2), ("published", 1)]


def test_f11_a_locked_ledger(
    published: Path, begin: Begin, seawall: Command, out: Path, saw: Saw
) -> None:
    """A run goes on while its ledger is locked, says so, and is recorded once the lock is gone."""
    holder = sqlite3.connect(published / ".seawall" / "ledger.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    process = begin(published, "--force", SEAWALL_FAILPOINT_STOP="5")
    os.waitpid(process.pid, os.WUNTRACED)
    holder.close()
    process.send_signal(signal.SIGCONT)
    words, message = process.communicate(timeout=60)
    done = subprocess.CompletedProcess([], process.returncode, words, message)
    runs = json.loads(seawall(published, "runs", "--json").stdout)["runs"]

    saw(done, 0, "published; recorded once the lock is gone", "is locked", folder=out)
    assert (runs[0]["state"], runs[0]["version"]) == ("published", 2)


def test_f12_a_newer_ledger(published: Path, score: Command, out: Path, saw: Saw) -> None:
    """A newer seawall's ledger keeps every byte, and nothing is done beside it."""
    path = published / ".seawall" / "ledger.db"
    with sqlite3.connect(path) as ledger:
        ledger.execute("PRAGMA journal_mode = DELETE")
        ledger.execute("UPDATE schema_version SET version = 999")
    ledger.close()
    before = tree(published)
    done = score(published, "--force")

    saw(done, 78, NOTHING, "newer seawall", "schema version 999", "to do: ", folder=out)
    assert tree(published) == before


def test_f13_a_time_that_is_still_to_come(
    published: Path, score: Command, out: Path, saw: Saw
) -> None:
    """Ages are not measured from a later time than five minutes from now."""
    soon = datetime.now(UTC) + timedelta(minutes=4)
    late = soon + timedelta(minutes=2)
    before = files(out)
    refused = score(published, "--force", "--set", f"as_of={late.isoformat()}")
    untouched = files(out)
    taken = score(published, "--force", "--set", f"as_of={soon.isoformat()}")

    words = ("as_of lies in the future", "ahead of this machine's clock", "at most 5 min ahead")
    happened = "refused when it is more than five minutes ahead of the clock"
    saw([refused, taken], [65, 0], happened, *words, folder=out)
    assert untouched == before


def test_f13_a_clock_that_was_set_back(
    published: Path, score: Command, seawall: Command, out: Path, saw: Saw
) -> None:
    """What an earlier run wrote of a time that is yet to come does not keep the next from publishing."""
    (entry,) = (published / "out/breakdowns.seawall/log" / BATCH).iterdir()
    document = json.loads(entry.read_bytes())
    entry.chmod(0o644)
    entry.write_text(json.dumps({**document, "committed_at": "2999-01-01T00:00:00+00:00"}))
    for path in published.rglob("*"):
        os.utime(path, (32_472_144_000, 32_472_144_000))
    done = score(published, "--force")
    live = json.loads(seawall(published, "status", "pipeline.yaml", "--json").stdout)

    happened = "versions follow the log's numbers, not its times: published"
    saw(done, 0, happened, "published as version 2", folder=out)
    assert '"version": 2' in json.dumps(live)


def test_f14_a_time_without_a_zone(
    project: Path, score: Command, seawall: Command, saw: Saw
) -> None:
    """A time without a zone is refused; with `timezone:` it has the zone's offset of that day."""
    edited(project, "T00:00:00Z", "T23:59:59")
    before = tree(project)
    refused = score(project)
    untouched = tree(project)
    edited(project, "pipeline: breakdowns", "pipeline: breakdowns\ntimezone: America/New_York")
    frame = project / f"data/{BATCH}.parquet"
    days = {"2024-03-09": "-05:00", "2024-03-10": "-04:00"}
    for day in days:
        (project / f"data/{day}.parquet").write_bytes(frame.read_bytes())
    plans = [seawall(project, "plan", "pipeline.yaml", "--batch", day) for day in days]

    happened = "refused unless `timezone:` is set; a day's own offset is taken then"
    words = ("a time without a time zone", "`timezone:`")
    saw([refused, *plans], [78, 0, 0], happened, *words)
    assert untouched == before
    for done, (day, offset) in zip(plans, days.items(), strict=True):
        assert f"{day}T23:59:59{offset}" in done.stdout
