"""A pipeline that runs every day: its batches are held against those before, and against a reference."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from seawall.contracts import Account, StoredFile
from seawall.profiles import Profile, measure, shapes_of
from seawall.sinks.files import Draft, FilesSink, Holder
from seawall.sinks.files.described import Described
from tests.end_to_end.conftest import BATCH, GROUP, command, copied

DAYS = [(date.fromisoformat(BATCH) - timedelta(days=n)).isoformat() for n in range(10, 0, -1)]
NEXT = "2024-03-02"
SIZE = 300
TEMPERATURES = {"Rome": 9.0, "Oslo": 10.0, "Bonn": 11.0}
CHAIN = "      columns: [temp]\n      fallback:\n        - constants: {temp: 90.0}\n"
Command = Callable[..., "subprocess.CompletedProcess[str]"]


def day_of_rows(day: str) -> pd.DataFrame:
    """A usual day."""
    rng = np.random.default_rng(int(day.replace("-", "")))
    numbers = np.arange(SIZE)
    return pd.DataFrame(
        {
            "id": numbers,
            "city": rng.choice(["Rome", "Oslo", "Bonn"], SIZE),
            "plant": rng.choice([f"P{n}" for n in range(8)], SIZE),
            "state": "on",
            "load": rng.uniform(0, 60, SIZE),
            "speed": rng.normal(20, 3, SIZE),
        }
    )


def write(project: Path, day: str, frame: pd.DataFrame) -> None:
    """The rows are the day's input."""
    frame.to_parquet(project / f"data/{day}.parquet", row_group_size=GROUP * 10)


def remember(project: Path, days: list[str]) -> None:
    """Versions of these days are in the log, with what their rows were like, and without the rows."""
    sink = FilesSink(project / "out/breakdowns")
    frames = {day: with_predictions(day_of_rows(day)) for day in days}
    shapes = shapes_of(pd.concat(frames.values()), ["p_break", "load", "strain"])
    for number, (day, frame) in enumerate(frames.items()):
        sink.layout.data(day).mkdir(parents=True)
        with sink.claim(day, Holder.here("test")) as claim:
            like = Described(day, f"run {number}", measure(frame, shapes), Profile(0, {}))
            draft = Draft(
                kind="publish",
                commit_id=day,
                run_id=like.run_id,
                file=StoredFile(f"data/{day}/00000001.x", "0" * 64, 1, SIZE),
                account=Account(SIZE, SIZE),
                fingerprint={},
                committed_at=datetime.now(UTC),
                profile=claim.keep_profile(like.stored()),
            )
            claim.commit(draft)


def with_predictions(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows with what the project's stages and its model make of them."""
    strain = frame["load"] * 2.0 + frame["city"].map(TEMPERATURES)
    return frame.assign(strain=strain, p_break=strain**2 / (strain**2 + 10_000.0))


@pytest.fixture(scope="session")
def watched_template(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that has published eleven days in a row, of which the last one can be read."""
    root = copied(template, tmp_path_factory.mktemp("watched") / "project")
    text = (root / "pipeline.yaml").read_text().replace("chunk_rows: 15", "chunk_rows: 100")
    text = text.replace("      columns: [temp]\n", CHAIN)
    (root / "pipeline.yaml").write_text(text + "drift: {reference: {rolling: 10}}\n")
    with sqlite3.connect(root / "data/weather.db") as weather:
        weather.execute("DELETE FROM weather")
        rows = [(city, day, t) for day in (BATCH, NEXT) for city, t in TEMPERATURES.items()]
        weather.executemany("INSERT INTO weather VALUES (?, ?, ?)", rows)
    weather.close()
    for day in (BATCH, NEXT):
        write(root, day, day_of_rows(day))
    remember(root, DAYS)
    done = command(root, "run", "pipeline.yaml", "--batch", BATCH)
    assert done.returncode == 0, done.stderr
    return root


@pytest.fixture
def watched(watched_template: Path, tmp_path: Path) -> Path:
    """A project that has run on eleven days in a row."""
    return copied(watched_template, tmp_path / "project")


@pytest.fixture
def moved(watched: Path) -> Path:
    """The same, with loads that are twice as high as on any day before."""
    write(watched, BATCH, day_of_rows(BATCH).assign(load=lambda rows: 40 + rows["load"]))
    return watched


def entry(project: Path, day: str = BATCH, version: int = 1) -> dict[str, Any]:
    """What the log says of the version."""
    path = project / f"out/breakdowns.seawall/log/{day}/{version:08d}.json"
    return dict(json.loads(path.read_text()))


def drift(found: dict[str, Any]) -> list[tuple[str, str]]:
    """What was said of drift: severities and columns, in the order in which it was said."""
    about = (one for one in found["findings"] if one["check"].startswith("drift"))
    return [(one["severity"], one["column"]) for one in about]


def profiles(project: Path, day: str = BATCH) -> list[Path]:
    """What the day's versions were like."""
    return sorted((project / f"out/breakdowns.seawall/profiles/{day}").iterdir())


@pytest.mark.breaks("the loads of a day are twice the usual ones")
def test_a_batch_that_has_drifted_is_held(
    moved: Path, score: Command, refused: Callable[..., str]
) -> None:
    """Readers go on seeing the version before; the predictions are told first, then the feature."""
    done = score(moved)
    refused(moved, done, 4, "the predictions in p_break do not look as they did")

    assert 0 < done.stdout.index("p_break moved: ") < done.stdout.index("load moved: ")


@pytest.mark.breaks("the same, where the file says `on_fail: warn`")
def test_drift_that_only_warns_is_published(moved: Path, score: Command) -> None:
    """The version is there, with what moved."""
    done = score(moved, "--set", "drift.on_fail=warn")
    found = entry(moved, version=2)
    judged = {one["figures"].get("judged") for one in found["findings"]}

    assert done.returncode == 0, done.stderr
    assert ("warn", "load") in drift(found)
    assert "fail" in judged


def test_a_hold_may_wait_for_a_second_run(moved: Path, score: Command) -> None:
    """With `for: 2 runs` the first failure is published, and says how many there were in a row."""
    write(moved, NEXT, pd.read_parquet(moved / f"data/{BATCH}.parquet"))
    wait = ("--set", "drift.for=2 runs")
    first = score(moved, *wait)
    second = command(moved, "run", "pipeline.yaml", "--batch", NEXT, *wait)

    assert (first.returncode, second.returncode) == (0, 4)
    assert "failed in 1 run in a row" in first.stdout
    assert "failed in 2 runs in a row" in second.stdout


def test_the_shift_of_a_fallback_is_named_and_not_held(watched: Path, score: Command) -> None:
    """What a declared fallback does to the columns is a warning that names it: limits bound it."""
    (watched / "data/weather.db").rename(watched / "data/gone.db")
    done = score(watched, "--force")

    assert done.returncode == 0, done.stderr
    assert ("warn", "strain") in drift(entry(watched, version=2))
    assert "the constants of lookup weather" in done.stdout


def test_a_resumed_run_counts_as_it_began(watched: Path, score: Command) -> None:
    """Killed behind a chunk, the next run takes it over, and the rows look the same as undisturbed ones."""
    undisturbed = json.loads(profiles(watched)[0].read_text())
    killed = score(watched, "--force", "--workers", "1", SEAWALL_FAILPOINT="4f:2")
    resumed = json.loads(score(watched, "--force", "--json").stdout)
    whole = json.loads(profiles(watched)[1].read_text())

    assert killed.returncode == -signal.SIGKILL
    assert resumed["reused_chunks"] >= 1
    assert whole["live"] == undisturbed["live"]


def test_a_damaged_profile_is_left_out_and_told(watched: Path, score: Command) -> None:
    """The batches that can be read are enough; the run says which one is damaged."""
    (path,) = profiles(watched, DAYS[5])
    path.write_text(path.read_text().replace('"rows":300', '"rows":301', 1))
    done = score(watched, "--force")

    assert done.returncode == 0, done.stderr
    assert f"damaged, and left out of what is usual: 1 profile: {DAYS[5]}" in done.stdout


@pytest.mark.breaks("the reference that `drift` names is not there")
@pytest.mark.parametrize("key", ["reference", "reference.anchor"])
def test_a_missing_reference_is_a_fault_of_the_file(
    watched: Path, score: Command, refused: Callable[..., str], key: str
) -> None:
    """Before any data is read the run ends with the place in the file, and so does the check."""
    shutil.rmtree(watched / "data")
    said = ("--set", f"drift.{key}=references/none.json")
    refused(watched, score(watched, *said), 78, f"drift.{key}", "there is no such reference")

    assert command(watched, "check", "pipeline.yaml", *said).returncode == 78


def test_replayed_rows_are_in_the_profile(watched: Path, score: Command) -> None:
    """The version that a replay makes describes all of its rows, counted as those before were."""
    speed = day_of_rows(BATCH)["speed"].mask(lambda speed: speed.index < 4, -500)
    write(watched, BATCH, day_of_rows(BATCH).assign(speed=speed))
    run = json.loads(score(watched, "--json").stdout)
    before = rows_described(watched)
    # What new shapes would be like: those of a sample.
    shutil.rmtree(watched / "out/breakdowns.seawall/profiles")
    steps = watched / "factory/steps.py"
    steps.write_text(steps.read_text().replace("> -100", "> -1000"))
    done = command(watched, "replay", run["run_id"])

    assert done.returncode == 0, done.stderr
    assert (before, rows_described(watched)) == ([300, 296], [300])


def rows_described(project: Path) -> list[int]:
    """How many rows each version's profile is of."""
    return [json.loads(path.read_text())["live"]["rows"] for path in profiles(project)]


def shapes(project: Path) -> dict[str, Any]:
    """How the newest plan counts its columns."""
    (path,) = (project / "out/breakdowns.seawall/plans" / BATCH).glob("*/shapes.json")
    return dict(json.loads(path.read_text())["columns"])


def test_without_a_past_a_sample_gives_the_grids(project: Path, score: Command) -> None:
    """A first run says where its grids are from, and counts the model's columns by them."""
    done = score(project, "--log-format", "json")
    (said,) = (json.loads(line) for line in done.stderr.splitlines() if "shapes fixed" in line)

    assert done.returncode == 0, done.stderr
    assert (said["taken_from.a sample of 52 rows"], said["columns"]) == (3, 3)
    assert set(shapes(project)) == {"p_break", "load", "strain"}
    assert all(len(shape["grid"]) > 20 for shape in shapes(project).values())


def test_a_sample_that_fails_fails_no_run(project: Path, score: Command) -> None:
    """A stage that cannot do as many rows at once as a sample has: the columns have no grid, and it is said."""
    steps = project / "factory/steps.py"
    few = "def add_strain(frame, *, scale: float):\n    assert len(frame) < 20\n"
    steps.write_text(steps.read_text().replace("def add_strain(frame, *, scale: float):\n", few))
    done = score(project, "--log-format", "json")
    (said,) = (json.loads(line) for line in done.stderr.splitlines() if "shapes fixed" in line)

    assert done.returncode == 0, done.stderr
    assert "AssertionError" in said["problem"]
    assert {tuple(shape["grid"]) for shape in shapes(project).values()} == {()}
