"""The small project with its weather behind an upstream that breaks, and what runs of it leave."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
import pytest

from tests.end_to_end.conftest import BATCH, PIPELINE
from tests.faults.sound import files, log

__all__ = [
    "CONSTANTS",
    "FRESH",
    "LOUD",
    "MARK",
    "SQLITE",
    "TOKEN",
    "Done",
    "alter",
    "declare",
    "events",
    "http",
    "limits",
    "marks",
    "nothing_left",
    "replace",
    "two_ends",
]

LOUD = ("--log-format", "json")
TOKEN = "bearer-of-the-faults-91c2e7"
FRESH = [
    {"city": "Rome", "temp": 21.5},
    {"city": "Oslo", "temp": -3.0},
    {"city": "Bonn", "temp": 8.0},
]
CONSTANTS = "fallback: [{constants: {temp: 10.0}}]"
MARK = "weather=constants"
SQLITE = (
    "type: sql",
    "url: sqlite:///data/weather.db",
    "query: SELECT *, :batch AS seen FROM weather WHERE day = '2024-03-01'",
)
WEATHER = PIPELINE[PIPELINE.index("    weather:") : PIPELINE.index("    plants:")]
JOINED = ("join: [city]", "columns: [temp]")
Done = subprocess.CompletedProcess[str]
Score = Callable[..., Done]


def declare(project: Path, *keys: str, then: str = "") -> None:
    """The weather of the pipeline is declared by these keys; `then` are sections behind it."""
    lines = "".join(f"      {key}\n" for key in (*keys, *JOINED))
    (project / "pipeline.yaml").write_text(
        PIPELINE.replace(WEATHER, f"    weather:\n{lines}{then}")
    )


def alter(project: Path, *statements: str) -> None:
    """The database of the weather is another one."""
    with sqlite3.connect(project / "data" / "weather.db") as weather:
        for statement in statements:
            weather.execute(statement)
    weather.close()


def replace(project: Path, old: str, new: str) -> None:
    """A piece of the pipeline file is another one."""
    config = project / "pipeline.yaml"
    assert old in config.read_text()
    config.write_text(config.read_text().replace(old, new, 1))


def limits(project: Path, *more: str) -> None:
    """The pipeline has these limits, too."""
    replace(project, "limits:\n", "limits:\n" + "".join(f"  {one}\n" for one in more))


def http(url: str, *more: str, attempts: int = 2, attempt: str = "20s") -> tuple[str, ...]:
    """A service at the URL that takes a token, asked so often, each time for so long."""
    backoff = "{initial: 10ms, max: 20ms}"
    return (
        "type: http",
        f"url: {url}",
        "private_networks: [127.0.0.0/8]",
        "headers: {Authorization: '${env:TOKEN}'}",
        f"retry: {{max_attempts: {attempts}, backoff: {backoff}}}",
        f"attempt_timeout: {attempt}",
        *more,
    )


def two_ends(project: Path, score: Score, *keys: str, chain: str = CONSTANTS) -> list[Done]:
    """The run without a fallback, which left what was published as it was, and the run with one.

    Every row that was published by the second says that constants served it.
    """
    out = project / "out" / "breakdowns"
    before = files(out)
    declare(project, *keys)
    without = score(project, *LOUD, TOKEN=TOKEN)
    assert files(out) == before, "a run that failed changed what readers see"
    declare(project, *keys, chain)
    chained = score(project, *LOUD, TOKEN=TOKEN)
    assert TOKEN not in without.stderr + without.stdout + chained.stderr + chained.stdout
    if chained.returncode == 0:
        assert marks(project) == {MARK: 52}
    return [without, chained]


def marks(project: Path) -> dict[str, int]:
    """How many published rows have each mark, which the log's newest entry says, too; '' for clean."""
    out = project / "out" / "breakdowns"
    table = pd.read_parquet(out / f"batch={BATCH}" / "predictions.parquet", partitioning=None)
    found = Counter(table["_degraded"].astype(object).fillna(""))
    marked = {mark: count for mark, count in found.items() if mark}
    newest = log(out, BATCH)[-1]
    assert (newest["degradations"], newest["degraded_rows"]) == (marked, sum(marked.values()))
    return found


def events(done: Done, name: str) -> list[dict[str, Any]]:
    """The lines of the log about this."""
    lines = (json.loads(line) for line in done.stderr.splitlines() if line.startswith("{"))
    return [line for line in lines if line["event"] == name]


@pytest.fixture(autouse=True)
def nothing_left(tmp_path: Path) -> Iterator[None]:
    """After each test no process of the project's runs, no file of an attempt lies about, no secret."""
    project = tmp_path / "project"
    yield
    _, alive = psutil.wait_procs(list(_of(project)), timeout=2)
    assert [process.cmdline() for process in alive] == []
    state = project / "out" / "breakdowns.seawall"
    assert [*state.rglob("reads"), *state.rglob("part-*"), *state.rglob("scratch-*")] == []
    told = (path for path in project.rglob("*") if path.is_file())
    assert [path for path in told if TOKEN.encode() in path.read_bytes()] == []


def _of(project: Path) -> Iterator[psutil.Process]:
    """The processes that were begun in the project's folder."""
    for process in psutil.process_iter(["cwd", "status"]):
        info: Mapping[str, Any] = process.info
        if info["cwd"] == str(project) and info["status"] != psutil.STATUS_ZOMBIE:
            yield process
