"""A small project whose contract is too strict, run and replayed in this process."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import seawall
from seawall import RunResult

BATCH = "2024-03-01"
PIPELINE = """\
pipeline: mends
as_of: "{batch}T00:00:00Z"
ingest:
  primary: {type: csv, path: "data/{batch}.csv", key: id, chunk_rows: 4}
validate:
  columns:
    id: {dtype: int64}
    kind: {dtype: string, one_of: [a, b], on_violation: quarantine}
    x: {dtype: float64, max: 100, on_violation: quarantine}
predict:
  model: {type: python, use: mends.model:Places}
  outputs: [place]
publish: {type: files, format: csv, path: out}
limits: {quarantined_rows: {rows: 8}}
"""
MODEL = '''\
"""What it predicts shows at which place of its block a row stood, and what the row was."""

import numpy as np


class Places:
    feature_names_in_ = ("x",)

    def predict(self, features):
        return np.arange(len(features)) * 1000.0 + features["x"].to_numpy()
'''
ROWS = [(n, "ab"[n % 2], f"{n}.50") for n in range(12)]
WRONG = {2: (2, "a", "250.0"), 5: (5, "B", "5.50"), 7: (7, "b", "900")}
"""Rows of the batch that the contract refuses."""


@dataclass(frozen=True, slots=True)
class Project:
    """A project's folder, and what one does in it."""

    root: Path

    def change(self, old: str, new: str, name: str = "pipeline.yaml") -> None:
        """A piece of a file is another."""
        text = (self.root / name).read_text()
        assert old in text
        (self.root / name).write_text(text.replace(old, new))

    def run(self, **how: Any) -> RunResult:
        """The batch is run."""
        return seawall.run(self.root / "pipeline.yaml", batch=BATCH, **how)

    def replay(self, run: str = "last", **how: Any) -> RunResult:
        """A run's quarantine is run again."""
        return seawall.replay(run, folder=self.root, **how)

    @property
    def view(self) -> Path:
        """What readers see."""
        (path,) = (self.root / "out" / f"batch={BATCH}").iterdir()
        return path

    def rows(self) -> dict[int, float]:
        """The published predictions by key; no key stands twice."""
        read = {"parquet": pd.read_parquet, "csv": pd.read_csv}
        frame = read[self.view.suffix[1:]](self.view)
        assert frame["id"].is_unique
        return dict(zip(frame["id"].tolist(), frame["place"].tolist(), strict=True))

    def entry(self, version: int) -> dict[str, Any]:
        """The version's commit."""
        path = self.root / "out.seawall" / "log" / BATCH / f"{version:08d}.json"
        entry: dict[str, Any] = json.loads(path.read_text())
        return entry


def clean(x: dict[int, str] | None = None) -> dict[int, float]:
    """What a run publishes that refuses nothing: each row's place and value."""
    values = {n: float(x[n] if x and n in x else text) for n, _, text in ROWS}
    return {n: n * 1000.0 + value for n, value in values.items()}


@contextmanager
def importable(root: Path) -> Iterator[Project]:
    """The project, while its modules can be imported."""
    sys.path.insert(0, str(root))
    try:
        yield Project(root)
    finally:
        sys.path.remove(str(root))
        for name in [name for name in sys.modules if name.partition(".")[0] == "mends"]:
            del sys.modules[name]


def built(root: Path) -> Path:
    """The folder, with a project of which nothing was run."""
    (root / "data").mkdir(parents=True)
    (root / "mends").mkdir()
    (root / "pyproject.toml").touch()
    (root / "pipeline.yaml").write_text(PIPELINE)
    (root / "mends" / "__init__.py").touch()
    (root / "mends" / "model.py").write_text(MODEL)
    lines = ["id,kind,x", *(",".join(map(str, WRONG.get(row[0], row))) for row in ROWS)]
    (root / "data" / f"{BATCH}.csv").write_text("\n".join(lines) + "\n")
    return root


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A project of which nothing was run."""
    with importable(built(tmp_path / "project")) as found:
        yield found


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with version 1, which left three rows in quarantine."""
    root = built(tmp_path_factory.mktemp("template") / "project")
    with importable(root) as found:
        result = found.run()
    assert result.state == "published", result.message
    return root


@pytest.fixture
def published(template: Path, tmp_path: Path) -> Iterator[Project]:
    """A copy of the project with version 1; what is one file of two names is so here, too."""
    cp = shutil.which("cp")
    assert cp is not None
    subprocess.run([cp, "-a", str(template), str(tmp_path / "project")], check=True)
    with importable(tmp_path / "project") as found:
        yield found
