"""What the README tells a reader to write, written and run."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

REPOSITORY = Path(__file__).parents[2]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
BATCH = "2013-07-04"


def blocks(language: str, heading: str) -> list[str]:
    """The code blocks of a language below a heading."""
    section = README.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(rf"```{language}\n(.*?)```", section, flags=re.DOTALL)


def seawall(project: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """What the command answered, called in the project."""
    command = [sys.executable, "-m", "seawall", *args]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the reference pipeline with one day of flights and its model."""
    root = tmp_path_factory.mktemp("readme") / "project"
    for folder in ("pipelines", "configs"):
        shutil.copytree(REPOSITORY / folder, root / folder)
    (root / "pyproject.toml").write_text("")
    command = [sys.executable, "-m", "pipelines.flight_delays.prepare", "--root", str(root)]
    command += ["--days", f"{BATCH}..{BATCH}"]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    return root


def test_the_readmes_stage_works(project: Path) -> None:
    """The stage and the lines of the file, as they stand there, are found right and are run."""
    (stage,) = blocks("python", "A stage of your own")
    (lines,) = blocks("yaml", "A stage of your own")
    (project / "pipelines/flight_delays/holidays.py").write_text(stage)
    config = (project / "configs/flight_delays.yaml").read_text()
    step = lines.partition("featurize:\n")[2]
    config = config.replace("\npredict:\n", f"{step}\npredict:\n").replace(
        "publish:", "profile: {columns: [holiday]}\n\npublish:"
    )
    (project / "configs/holidays.yaml").write_text(config)

    checked = seawall(project, "check", "configs/holidays.yaml")
    done = seawall(project, "run", "configs/holidays.yaml", "--batch", BATCH)

    assert checked.returncode == 0, checked.stderr
    assert done.returncode == 0, done.stderr
    assert "holiday" in seawall(project, "explain", "last").stdout


def test_the_readmes_shortened_file_parses(project: Path) -> None:
    """All that is wrong with the README's extract is what it leaves out: types and columns."""
    (text,) = blocks("yaml", "What you write")
    (project / "configs/short.yaml").write_text(text)

    faults = seawall(project, "check", "configs/short.yaml").stderr

    named = re.findall(r"^configs/short.yaml:\d+:\d+ (\S+): (.*)$", faults, flags=re.MULTILINE)
    assert [what for _, what in named if "nobody" not in what and "column" not in what] == []


def test_the_day_is_published_to_the_last_flight(project: Path) -> None:
    """As many predictions as the day's flights, less the ones that never left."""
    done = seawall(project, "run", "configs/flight_delays.yaml", "--batch", BATCH)
    flights = pd.read_parquet(project / f"data/flights/date={BATCH}/flights.parquet")

    assert done.returncode == 0, done.stderr
    published = pd.read_parquet(project / "predictions/flight_delays")
    departed = flights[flights["dep_time"].notna()]
    assert published["flight_id"].tolist() == departed["flight_id"].tolist()
    assert published["p_late"].between(0, 1).all()
