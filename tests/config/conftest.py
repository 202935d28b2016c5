"""Builders: a small project with a pipeline file, and what `load` says about it."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seawall.config.faults import Fault
from seawall.config.load import LoadedConfig, load
from seawall.errors import ConfigError

MODULE = """
from __future__ import annotations


def departed(frame):
    return frame["dep_time"].notna()


def departs(frame, *, context):
    return frame["day"] == context.batch


def add_calendar(frame, *, column: str, hours: list[int] | None = None, scale: float = 1.0):
    return frame


def positional(frame, column):
    return frame


class Scaled:
    def __init__(self, factor: float, *, context=None):
        self.factor = factor


def factory(path: str, *, depth: int = 3):
    return None


constant = 1
"""

PIPELINE = """
pipeline: flights
ingest:
  primary: {type: parquet, path: "data/date={batch}/*.parquet", key: flight_id}
  lookups:
    weather:
      type: csv
      path: data/weather.csv
      join: [origin]
      columns: [temp, wind]
validate:
  columns:
    flight_id: {dtype: int64}
    origin: {dtype: string, one_of: [EWR, JFK]}
    temp: {dtype: float64, nullable: true, max_null_share: 5%}
  filters:
    - use: pipelines.rules:departed
  rules:
    - use: pipelines.rules:departs
      on_violation: warn
  rows: {min: 1, max: 100_000}
featurize:
  - use: pipelines.rules:add_calendar
    with: {column: origin, hours: [1, 2]}
predict:
  model: {type: sklearn, path: models/flights.skops}
  method: predict_proba
  outputs: {p_late: 1}
check_output:
  bounds: {p_late: {min: 0, max: 1, on_violation: fail}}
  distribution: {p_late: {mean: [0.1, 0.9]}}
publish: {type: files, path: predictions/flights}
limits: {quarantined_rows: {share: 1%}}
alerts:
  - url: ${env:OPS_ALERTS}
    on: [failed]
"""

ENV = {"OPS_ALERTS": "https://ops:hunter2@alerts.example/hook"}


class Project:
    """A folder with a module of stages, in which pipeline files are written and loaded."""

    sample = PIPELINE
    module = MODULE
    env = ENV

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("pyproject.toml", "")
        self.write("pipelines/rules.py", MODULE)

    def write(self, name: str, text: str) -> Path:
        """The file, with the text dedented."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    def copy_code(self, repository: Path) -> None:
        """The repository's own pipelines, as text."""
        shutil.copytree(repository / "pipelines", self.root / "pipelines", dirs_exist_ok=True)

    def load(self, text: str = PIPELINE, **changes: Any) -> LoadedConfig:
        """The text as configs/flights.yaml, loaded."""
        path = self.write("configs/flights.yaml", text)
        return load(path, **{"env": ENV, **changes})

    def faults(self, text: str = PIPELINE, **changes: Any) -> tuple[Fault, ...]:
        """The faults of the text; none when it loads."""
        try:
            self.load(text, **changes)
        except ConfigError as error:
            return error.faults
        return ()

    def fault(self, text: str = PIPELINE, **changes: Any) -> Fault:
        """The text's only fault."""
        (only,) = self.faults(text, **changes)
        return only


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project in a folder of its own."""
    return Project(tmp_path)


@pytest.fixture
def changed(project: Project) -> Callable[..., tuple[Fault, ...]]:
    """The faults of the sample with one piece of its text replaced."""

    def faults(old: str, new: str, **changes: Any) -> tuple[Fault, ...]:
        assert PIPELINE.count(old) == 1, f"{old!r} does not stand once in the sample"
        return project.faults(PIPELINE.replace(old, new), **changes)

    return faults
