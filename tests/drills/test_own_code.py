"""What a drill says of code that ends its process, never ends, writes files, or draws random numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.drills.test_cases import checksums
from tests.end_to_end.conftest import BATCH

pytestmark = pytest.mark.faults
Command = Callable[..., Any]
STAGE = "def add_strain(frame, *, scale: float):\n"
PLANTS_DOWN = ("--only", "lookup=plants", "--faults", "down")
SECRET = "sqlite:///data/weather.db"


def stage(project: Path, *lines: str) -> None:
    """The project's stage begins with these lines, except on the few rows of a check."""
    steps = project / "factory/steps.py"
    body = "    if len(frame) > 5:\n" + "".join(f"        {line}\n" for line in lines)
    steps.write_text(steps.read_text().replace(STAGE, STAGE + body, 1))


def model(project: Path, line: str) -> None:
    """The project's model begins each call with this line, except on the few rows of a check."""
    file = project / "factory/model.py"
    text = file.read_text().replace("import numpy", "import os\n\nimport numpy", 1)
    head = "def predict_proba(self, features):\n"
    file.write_text(
        text.replace(head, f"{head}        if len(features) > 5:\n            {line}\n")
    )


def drill(seawall: Command, project: Path, *args: str, **env: str) -> Any:
    """What `seawall drill` of the batch said."""
    return seawall(project, "drill", "pipeline.yaml", "--batch", BATCH, *args, **env)


def secret_in_an_upstream(project: Path) -> None:
    """The weather's section refers to a variable, which only its upstream is to see."""
    file = project / "pipeline.yaml"
    text = file.read_text()
    assert f"      url: {SECRET}\n" in text
    file.write_text(text.replace(f"      url: {SECRET}\n", '      url: "${env:MINE}"\n'))


def test_a_secret_of_an_upstream_is_in_nothing_that_a_drill_says(
    project: Path, seawall: Command
) -> None:
    """Also where the upstream is replayed, so that the case's own run does not know it."""
    secret_in_an_upstream(project)
    model(project, 'if features["load"].isna().all(): raise ValueError(os.environ["MINE"])')
    some = (
        "--only",
        "primary",
        "--faults",
        "nulls",
        "--set",
        "validate.columns.load.nullable=true",
    )
    done = drill(seawall, project, *some, "--json", "--html", "drill.html", MINE=SECRET)
    everything = done.stdout + done.stderr + (project / "drill.html").read_text()

    assert done.returncode == 0, done.stderr
    assert ("ValueError: ***" in everything, SECRET in everything) == (True, False)


def test_a_secret_is_not_in_what_the_healthy_run_failed_of(project: Path, seawall: Command) -> None:
    """The drill then ends as that run does."""
    secret_in_an_upstream(project)
    model(project, 'raise ValueError(os.environ["MINE"])')
    done = drill(seawall, project, *PLANTS_DOWN, MINE=SECRET)

    assert done.returncode == 70, done.stderr
    assert ("ValueError: ***" in done.stderr, SECRET in done.stderr) == (True, False)


def test_code_that_ends_its_process_with_0_is_a_weakness(project: Path, seawall: Command) -> None:
    """Nothing was published, and whoever started the run takes it for done."""
    stage(project, 'if frame["speed"].isna().all():', "    os._exit(0)")
    done = drill(seawall, project, "--only", "primary", "--faults", "nulls", "--json")
    (weakness,) = [
        found for found in json.loads(done.stdout)["weaknesses"] if found["kind"] == "ended with 0"
    ]

    assert weakness["cases"] == [{"part": "primary", "fault": "nulls", "column": "speed"}]
    assert (weakness["key"], "processes" in weakness["todo"]) == ("execution.executor", True)


def test_a_worker_process_that_ends_is_noticed_in_production(
    project: Path, seawall: Command
) -> None:
    """So the drill, whose runs have threads, gives the code that the run with processes ends with."""
    stage(project, 'if frame["speed"].isna().all():', "    os._exit(0)")
    some = ("--only", "primary", "--faults", "nulls", "--set", "execution.executor=processes")
    done = drill(seawall, project, *some, "--json")
    ends = {end["column"]: end["exit"] for end in json.loads(done.stdout)["cases"]}

    assert ends["speed"] == 70


def test_a_healthy_run_whose_process_ends_is_explained(project: Path, seawall: Command) -> None:
    """What happened, what is allowed, and what to look for."""
    stage(project, "os._exit(9)")
    done = drill(seawall, project, *PLANTS_DOWN)

    assert done.returncode == 70, done.stderr
    assert "the run's process ended with exit code 9 before the run had an end" in done.stderr
    assert "to do: find what ends it" in done.stderr


def test_a_healthy_run_that_never_ends_is_ended_with_the_drills_time(
    project: Path, seawall: Command
) -> None:
    """One text says what to do; where it was by then depends on the machine."""
    stage(project, "while True:", "    time.sleep(0.01)")
    done = drill(seawall, project, *PLANTS_DOWN, "--set", "drill.deadline=2s")

    assert done.returncode == 75, done.stderr
    assert "the run without any fault did not end in the drill's time" in done.stderr
    assert "s it was in " in done.stderr


def test_what_a_stage_writes_by_a_relative_path_is_not_in_the_project(
    published: Path, seawall: Command
) -> None:
    """The cases work in folders of the sandbox."""
    stage(published, 'Path("note.txt").write_text("seen")')
    before = checksums(published)
    done = drill(seawall, published, *PLANTS_DOWN)

    assert done.returncode == 0, done.stderr
    assert checksums(published) == before


def test_a_stage_that_reads_by_a_relative_path_is_told_of_the_folder(
    project: Path, seawall: Command
) -> None:
    """The healthy run does not find the file."""
    stage(project, 'Path("pyproject.toml").read_text()')
    done = drill(seawall, project, *PLANTS_DOWN)

    assert done.returncode == 70, done.stderr
    assert "a drill works in an empty folder" in done.stderr


@pytest.mark.parametrize(("line", "weak"), [("pass", 0), ('frame["temp"] = random(frame)', 1)])
def test_predictions_that_differ_from_run_to_run_are_a_weakness(
    project: Path, seawall: Command, line: str, weak: int
) -> None:
    """A second run without any fault draws other random numbers than the first."""
    stage(project, "import numpy as np", "random = lambda frame: np.random.rand(len(frame))", line)
    done = drill(seawall, project, "--only", "run", "--faults", "again", "--json")
    told = json.loads(done.stdout)

    assert [end["outcome"] for end in told["cases"]] == ["published"]
    assert [found["kind"] for found in told["weaknesses"]] == ["not resumed"] * weak


def test_a_page_without_a_folder_is_refused_before_anything_is_read(
    project: Path, seawall: Command
) -> None:
    """Else a whole drill would be for nothing."""
    done = drill(seawall, project, "--html", "nowhere/drill.html")

    assert done.returncode == 2
    assert "reading the primary" not in done.stderr
    assert "to do:" in done.stderr
