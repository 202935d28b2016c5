"""Healthy runs try their fallback chains out, and say what would have happened."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.http_server import HttpServer, failure

BATCH = "2024-03-01"
Command = Callable[..., "subprocess.CompletedProcess[str]"]
COLUMNS = "      columns: [temp]\n"


def chained(project: Path, *links: str, expect: str = "", more: str = "") -> Path:
    """The project with this chain behind its weather."""
    config = project / "pipeline.yaml"
    lines = "".join(f"        - {link}\n" for link in links)
    chain = f"{COLUMNS}{expect}      fallback:\n{lines}{more}"
    config.write_text(config.read_text().replace(COLUMNS, chain, 1))
    return project


def rehearsed(done: subprocess.CompletedProcess[str]) -> dict[str, dict[str, Any]]:
    """What was said of each link."""
    assert done.returncode == 0, done.stderr
    return {each["link"]: each for each in json.loads(done.stdout)["rehearsals"]}


def test_constants_are_tried_on_the_batchs_own_rows(project: Path, score: Command) -> None:
    """What the prediction would change by is that of a run that is served by them: no more, no less."""
    chained(project, "constants: {temp: 10.0}")
    seen = rehearsed(score(project, "--json"))["constants"]
    healthy = published(project)
    (project / "data/weather.db").rename(project / "data/gone.db")
    score(project, "--force")

    moved = (published(project) - healthy).abs()
    assert seen["problem"] == ""
    assert seen["coverage"] == 1.0
    assert seen["mean_change"] == pytest.approx(moved.mean())
    assert seen["p99_change"] == pytest.approx(moved.quantile(0.99))


def test_the_snapshot_of_the_run_before_is_tried(project: Path, score: Command) -> None:
    """At first there is none; then it is as old as the time between, and has the keys that it has."""
    chained(project, "last_known_good: {max_age: 30d}")
    first = rehearsed(score(project, "--json"))["last_known_good"]
    config = project / "pipeline.yaml"
    config.write_text(config.read_text().replace("{batch}T00:00:00Z", "2024-03-01T06:00:00Z"))
    done = score(project)
    second = rehearsed(score(project, "--force", "--json"))["last_known_good"]

    assert "no run that read it was published yet" in first["problem"]
    assert second["problem"] == ""
    assert second["coverage"] == pytest.approx(2 / 3)  # nobody knows Bonn's weather
    assert "if weather failed now: last known good 6 h old, 66.7 % of keys" in done.stdout


def test_a_link_that_would_not_do_is_named(project: Path, score: Command) -> None:
    """A snapshot with too few of the keys is said to be of no use, and why."""
    with sqlite3.connect(project / "data/weather.db") as weather:
        weather.execute("INSERT INTO weather VALUES ('Bonn', ?, 3.0)", (BATCH,))
    weather.close()
    chained(project, "last_known_good: {max_age: 30d}")
    score(project)
    expect = "      expect: {min_key_coverage: 90%}\n"
    config = project / "pipeline.yaml"
    config.write_text(config.read_text().replace(COLUMNS, COLUMNS + expect, 1))
    snapshot = next((project / "out/breakdowns.seawall/snapshots/weather").glob("*.arrow"))
    snapshot.chmod(0o644)
    snapshot.write_bytes(snapshot.read_bytes()[:-8] + b"damaged!")
    seen = rehearsed(score(project, "--force", "--json"))["last_known_good"]

    assert "corrupt" in seen["problem"]


def test_a_replica_is_asked_for_real(
    project: Path, score: Command, http_server: HttpServer
) -> None:
    """One that is down is found on a healthy night, not in the incident; the run is none the worse."""
    url = http_server.route("/replica", failure(503))
    replica = (
        f"    replica:\n      type: http\n      url: {url}\n      private_networks: [127.0.0.0/8]\n"
        "      join: [city]\n      columns: [temp]\n"
    )
    chained(project, "lookup: replica", more=replica)
    done = score(project, "--json")

    assert "503" in rehearsed(done)["replica"]["problem"]
    assert len(http_server.asked("/replica")) == 1
    assert json.loads(done.stdout)["degraded_rows"] == 0


def test_a_budget_that_would_not_hold_is_said(project: Path, score: Command) -> None:
    """With no degraded row allowed the summary says that such a run would be held."""
    chained(project, "constants: {temp: 10.0}")
    config = project / "pipeline.yaml"
    config.write_text(config.read_text().replace("limits:\n", "limits:\n  degraded_rows: 0%\n"))
    done = score(project)

    assert "over budget: it would be held" in done.stdout


def test_nothing_is_rehearsed_without_rows(project: Path, score: Command) -> None:
    """`rehearsal: {rows: 0}` turns it off."""
    chained(project, "constants: {temp: 10.0}")
    config = project / "pipeline.yaml"
    off = "ingest:\n  rehearsal: {rows: 0}\n"
    config.write_text(config.read_text().replace("ingest:\n", off, 1))

    assert rehearsed(score(project, "--json")) == {}


def test_explain_shows_the_rehearsal(project: Path, score: Command, seawall: Command) -> None:
    """It is kept in the ledger."""
    chained(project, "constants: {temp: 10.0}")
    score(project)

    assert "if weather failed now: constants" in seawall(project, "explain", "last").stdout


def published(project: Path) -> Any:
    """The predictions that readers see, by key."""
    import pandas as pd

    frame = pd.read_parquet(project / f"out/breakdowns/batch={BATCH}/predictions.parquet")
    return frame.set_index("id")["p_break"]
