"""`seawall drill` as a user calls it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import BATCH

pytestmark = pytest.mark.faults
Command = Callable[..., Any]
EXPECT = """
drill:
  batch: 2024-03-01
  expect:
    lookup=plants:
      down: degraded
"""


def drill(seawall: Command, project: Path, *args: str) -> Any:
    """What the drill of a few faults of the plants said."""
    some = ("--only", "lookup=plants", "--faults", "down, nulls")
    return seawall(project, "drill", "pipeline.yaml", *some, *args)


def expecting(project: Path) -> int:
    """The file says what it expects; the line on which it does."""
    with (project / "pipeline.yaml").open("a") as file:
        file.write(EXPECT)
    return (project / "pipeline.yaml").read_text().splitlines().index("      down: degraded") + 1


def test_a_drill_shows_what_is_silently_wrong_and_the_line_that_prevents_it(
    project: Path, seawall: Command
) -> None:
    """Weaknesses alone end with 0; with --strict they end with 1."""
    done = drill(seawall, project, "--batch", BATCH)
    line = (project / "pipeline.yaml").read_text().splitlines().index("    plants:") + 1

    assert done.returncode == 0, done.stderr
    assert "down   failed 69" in done.stdout
    assert f"`ingest.lookups.plants.fallback` at pipeline.yaml:{line} would serve" in done.stdout


def test_an_end_that_the_file_does_not_expect_ends_with_1(project: Path, seawall: Command) -> None:
    """The line of the expectation is named, and one JSON object says the same."""
    line = expecting(project)
    done = drill(seawall, project, "--json")
    (difference,) = json.loads(done.stdout)["expectations"]

    assert done.returncode == 1, done.stderr
    assert (difference["where"], difference["seen"]) == (f"pipeline.yaml:{line}", "failed")


def test_no_line_is_wider_than_asked_for(project: Path, seawall: Command) -> None:
    """Weaknesses are wrapped; a table of one part is as wide as it has to be."""
    done = seawall(
        project, "drill", "pipeline.yaml", "--batch", BATCH,
        "--only", "primary", "--faults", "hang,half_keys", COLUMNS="70",
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 70
    assert "limits: {run_deadline: 30m}" in " ".join(done.stdout.split())


def test_a_page_is_written(project: Path, seawall: Command) -> None:
    """Beside what is said."""
    done = drill(seawall, project, "--batch", BATCH, "--html", "drill.html")

    assert done.returncode == 0, done.stderr
    assert "<h1>Drill of breakdowns" in (project / "drill.html").read_text()


def test_a_run_that_fails_without_any_fault_is_not_drilled(project: Path, seawall: Command) -> None:
    """The drill ends as that run would."""
    done = drill(seawall, project, "--batch", "2024-03-09")

    assert done.returncode == 69, done.stderr
    assert "the input is missing" in done.stderr


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--batch", BATCH, "--only", "lookup=plant"], "did you mean `lookup=plants`?"),
        (["--batch", BATCH, "--faults", "hnag"], "did you mean `hang`?"),
        (["--batch", "a/b"], "not a batch key"),
        (["--batch", BATCH, "--only", ""], "not a part of the pipeline"),
        (["--batch", BATCH, "--faults", ""], "not a fault"),
        ([], "name a batch with --batch, or as drill.batch in the file"),
    ],
)
def test_a_wrong_call_ends_with_2_before_anything_is_read(
    project: Path, seawall: Command, args: list[str], said: str
) -> None:
    """The message has the nearest name."""
    done = seawall(project, "drill", "pipeline.yaml", *args)

    assert done.returncode == 2
    assert said in done.stderr
