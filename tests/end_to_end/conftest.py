"""A small project as a user has one, and the real command line to run it with."""

from __future__ import annotations

import atexit
import functools
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.warm import Warm

BATCH = "2024-03-01"
ROWS, GROUP = 60, 10
PIPELINE = """\
pipeline: breakdowns
as_of: "{batch}T00:00:00Z"

ingest:
  primary:
    type: parquet
    path: data/{batch}.parquet
    key: id
    chunk_rows: 15
  lookups:
    weather:
      type: sql
      url: sqlite:///data/weather.db
      query: SELECT city, temp FROM weather WHERE day = :batch
      join: [city]
      columns: [temp]
    plants:
      type: csv
      path: data/plants.csv
      join: {plant: code}
      columns: {size: plant_size}

validate:
  columns:
    id:         {dtype: int64}
    city:       {dtype: category, one_of: [Rome, Oslo, Bonn]}
    plant:      {dtype: string}
    state:      {dtype: string}
    load:       {dtype: float64, min: 0, max: 100, on_violation: quarantine}
    speed:      {dtype: float64, nullable: true}
    temp:       {dtype: float64, nullable: true}
    plant_size: {dtype: float64, nullable: true}
  filters:
    - use: factory.steps:running
  rules:
    - use: factory.steps:plausible
  rows: {min: 1}

featurize:
  - use: factory.steps:add_strain
    with: {scale: 2.0}

predict:
  model: {type: python, use: factory.model:Strain}
  method: predict_proba
  outputs: {p_break: 1}

check_output:
  bounds: {p_break: {min: 0, max: 1}}
  distribution: {p_break: {mean: [0.01, 0.99]}}

publish: {type: files, format: parquet, path: out/breakdowns}

limits:
  quarantined_rows: {rows: 5}
"""
STEPS = '''\
"""The project's own steps."""

import os
import time
from pathlib import Path


def running(frame):
    return frame["state"] != "off"


def plausible(frame):
    return frame["speed"].isna() | (frame["speed"] > -100)


def add_strain(frame, *, scale: float):
    return frame.assign(strain=frame["load"] * scale + frame["temp"].fillna(0.0))


def pause(frame, *, begun: str, gate: str, row: int):
    """Says that it is in the chunk with this row, and waits there until the gate file is written."""
    if row in frame.index and Path(gate).parent.is_dir():
        with open(begun, "a") as file:
            file.write(f"{os.getpid()}\\n")
        while not Path(gate).exists():
            time.sleep(0.01)
    return frame
'''
MODEL = '''\
"""A model in Python alone: a run with it starts twice as quickly as one that loads scikit-learn."""

import numpy as np


class Strain:
    classes_ = (0, 1)
    feature_names_in_ = ("load", "strain")

    def predict_proba(self, features):
        square = features["strain"].to_numpy() ** 2
        share = square / (square + 10_000.0)
        return np.column_stack([1 - share, share])
'''
PLANTS = "code,size\n" + "".join(f"P{n},{n * 10}\n" for n in range(8))
Command = Callable[..., "subprocess.CompletedProcess[str]"]


def default_frame() -> pd.DataFrame:
    """The rows to score: one in ten is off, one breaks the contract, one the rule."""
    numbers = range(ROWS)
    frame = pd.DataFrame(
        {
            "id": [1000 + n for n in numbers],
            "city": [("Rome", "Oslo", "Bonn")[n % 3] for n in numbers],
            "plant": [f"P{n % 9}" for n in numbers],
            "state": ["off" if n % 10 == 3 else "on" for n in numbers],
            "load": [float(n * 37 % 100) for n in numbers],
            "speed": [None if n % 7 == 0 else n / 3 for n in numbers],
        }
    )
    frame.loc[21, "load"] = 999.0
    frame.loc[42, "speed"] = -500.0
    return frame


def train(folder: Path) -> None:
    """A tree and a linear model stand in the folder."""
    import skops.io
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.tree import DecisionTreeClassifier

    frame = default_frame()
    features = frame[["load", "speed"]].assign(
        temp=[float(n % 5) for n in range(ROWS)],
        plant_size=[float(n % 8 * 10) for n in range(ROWS)],
        strain=frame["load"] * 2.0,
    )
    labels = [n % 4 == 0 or n % 7 == 1 for n in range(ROWS)]
    linear = make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression())
    tree = DecisionTreeClassifier(max_depth=4, random_state=0)
    for name, model in {"tree": tree, "linear": linear}.items():
        skops.io.dump(
            model.fit(features, [int(label) for label in labels]), folder / f"{name}.skops"
        )


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of which nothing was ever run."""
    root = tmp_path_factory.mktemp("template") / "project"
    for folder in ("data", "models", "factory", "elsewhere"):
        (root / folder).mkdir(parents=True)
    (root / "pyproject.toml").write_text('[project]\nname = "factory"\nversion = "1"\n')
    (root / "pipeline.yaml").write_text(PIPELINE)
    (root / "factory" / "__init__.py").write_text("")
    (root / "factory" / "steps.py").write_text(STEPS)
    (root / "factory" / "model.py").write_text(MODEL)
    (root / "data" / "plants.csv").write_text(PLANTS)
    with sqlite3.connect(root / "data" / "weather.db") as weather:
        weather.execute("CREATE TABLE weather (city TEXT, day TEXT, temp REAL)")
        rows = [("Rome", BATCH, 21.5), ("Oslo", BATCH, -3.0), ("Oslo", "2024-03-02", 0.0)]
        weather.executemany("INSERT INTO weather VALUES (?, ?, ?)", rows)
    weather.close()
    train(root / "models")
    default_frame().to_parquet(root / "data" / f"{BATCH}.parquet", row_group_size=GROUP)
    return root


@pytest.fixture(scope="session")
def published_template(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with version 1 of its batch published."""
    root = copied(template, tmp_path_factory.mktemp("published") / "project")
    done = command(root, "run", "pipeline.yaml", "--batch", BATCH)
    assert done.returncode == 0, done.stderr
    return root


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Path:
    """A project of which nothing was ever run."""
    return copied(template, tmp_path / "project")


@pytest.fixture
def published(published_template: Path, tmp_path: Path) -> Path:
    """A project with version 1 of its batch published."""
    return copied(published_template, tmp_path / "project")


@pytest.fixture
def seawall() -> Command:
    """Runs `seawall` in a project: `seawall(project, "runs", "--json")`."""
    return command


@pytest.fixture
def score() -> Command:
    """Runs `seawall run` on the batch: `score(project, "--force")`."""

    def run(project: Path, *args: str, **how: object) -> subprocess.CompletedProcess[str]:
        return command(project, "run", "pipeline.yaml", "--batch", BATCH, *args, **how)

    return run


@pytest.fixture
def begin() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Begins `seawall run` on the batch and comes back at once; what is left at the end is killed."""
    begun: list[subprocess.Popen[str]] = []

    def run(project: Path, *args: str, **env: str) -> subprocess.Popen[str]:
        line = [*SEAWALL, "run", "pipeline.yaml", "--batch", BATCH, *args]
        pipe = subprocess.PIPE
        process = subprocess.Popen(
            line, cwd=project, env=environment(env), text=True, stdout=pipe, stderr=pipe
        )
        begun.append(process)
        return process

    yield run
    for process in begun:
        process.kill()
        process.communicate()


@pytest.fixture
def frame() -> pd.DataFrame:
    """The rows of the batch, for a test to change."""
    return default_frame()


@pytest.fixture
def put() -> Callable[[Path, pd.DataFrame], None]:
    """Writes the rows as the batch's input."""

    def write(project: Path, frame: pd.DataFrame) -> None:
        frame.to_parquet(project / "data" / f"{BATCH}.parquet", row_group_size=GROUP)

    return write


SEAWALL = [sys.executable, "-m", "seawall"]


def command(
    project: Path, *args: str, cwd: Path | None = None, **env: str
) -> subprocess.CompletedProcess[str]:
    """What `seawall` answered."""
    return _warm().run(args, cwd=cwd or project, env=environment(env), timeout_s=120)


@functools.cache
def _warm() -> Warm:
    warm = Warm(environment({}))
    atexit.register(warm.end)
    return warm


def environment(more: dict[str, str]) -> dict[str, str]:
    """An environment in which seawall is found from every folder; warnings are as a user has them."""
    import seawall

    home = str(Path(seawall.__file__).parents[1])
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SEAWALL_")}
    return {**kept, "PYTHONPATH": home, **more}


def copied(source: Path, target: Path) -> Path:
    """A copy in which two names of one file are that again."""
    target.parent.mkdir(parents=True, exist_ok=True)
    cp = shutil.which("cp")
    assert cp is not None
    subprocess.run([cp, "-a", str(source), str(target)], check=True)
    return target


@pytest.fixture
def refused(request: pytest.FixtureRequest, record_property: Any) -> Callable[..., str]:
    """Asserts that a run ended with this code and one clear message, and that readers saw nothing.

    With the marker `breaks` the test becomes a row of the README's table.
    """

    def check(project: Path, done: subprocess.CompletedProcess[str], code: int, *words: str) -> str:
        message = done.stderr
        assert (done.returncode, "Traceback" in message) == (code, False), message
        assert [word for word in words if word not in message] == [], message
        assert shown(project) == ["batch=2024-03-01/predictions.parquet"], "beside the data"
        assert len(list((project / "out/breakdowns.seawall/log" / BATCH).iterdir())) == 1
        for marker in request.node.iter_markers("breaks"):
            params = getattr(request.node, "callspec", None)
            what = marker.args[0].format(**(params.params if params else {}))
            record_property("breaks", (code, what, said(message, project)))
        return message

    return check


def said(message: str, project: Path) -> str:
    """The error's first line as the README shows it, without what differs from run to run."""
    lines = [line for line in message.splitlines() if not re.match(r"\d\d:\d\d:\d\d \[", line)]
    told = [line for line in lines if line and not line.startswith(("{", " "))]
    faults = [line for line in told if re.match(r"\S+:\d+:\d+ ", line)]
    first = (faults or told[-1:])[0]
    first = first.replace(f"{project}/", "").replace("|", "/")
    return f"“{re.sub(r'[0-9a-f]{12,}', '…', first)}”"


def shown(project: Path) -> list[str]:
    """Every file below the published folder."""
    folder = project / "out" / "breakdowns"
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )
