"""A project with two models whose rows are scored in this process."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import skops.io
from sklearn.linear_model import LinearRegression
from sklearn.tree import DecisionTreeRegressor

import seawall
from seawall.config.faults import Fault
from seawall.errors import ConfigError

PIPELINE = """\
pipeline: scores
as_of: "2024-01-01T00:00:00Z"
ingest:
  primary: {type: csv, path: "rows.csv", key: k, chunk_rows: 4}
validate:
  columns:
    k: {dtype: int64}
    x: {dtype: float64}
    y: {dtype: float64}
predict:
  model: {type: sklearn, path: main.skops, trusted: [sklearn.tree._tree.Tree]}
  outputs: [p]
execution: {workers: 1}
publish: {type: files, path: out}
"""
FALLBACK = "  fallback: {type: sklearn, path: second.skops}\n"
ROWS = pd.DataFrame({"k": range(8), "x": [0.5 * n for n in range(8)], "y": [1.0] * 8})


class Project:
    """A folder with a pipeline, a tree as its model, and a straight line for a fallback."""

    def __init__(self, root: Path) -> None:
        self.root, self.text = root, PIPELINE
        (root / "pyproject.toml").write_text("")
        ROWS.to_csv(root / "rows.csv", index=False)
        self.fit("main.skops", DecisionTreeRegressor())
        self.fit("second.skops", LinearRegression())

    def fit(self, name: str, estimator: Any) -> Any:
        """The estimator, fitted on the rows and stored."""
        fitted = estimator.fit(ROWS[["y", "x"]], ROWS["x"] * 2)
        (self.root / name).write_bytes(skops.io.dumps(fitted))
        return fitted

    def change(self, old: str, new: str) -> Project:
        """The pipeline file with one piece of its text replaced."""
        assert self.text.count(old) == 1, f"{old!r} does not stand once in the file"
        self.text = self.text.replace(old, new)
        return self

    def predicting(self, line: str) -> Project:
        """The pipeline file with one more line below `predict`."""
        return self.change("  outputs: [p]\n", f"  outputs: [p]\n{line}")

    def run(self, *sets: str, batch: str = "b", **how: Any) -> Any:
        """What came of a run of a batch."""
        (self.root / "p.yaml").write_text(self.text)
        return seawall.run(self.root / "p.yaml", batch=batch, sets=sets, **how)

    def faults(self) -> list[Fault]:
        """What a check finds."""
        (self.root / "p.yaml").write_text(self.text)
        try:
            seawall.check(self.root / "p.yaml")
        except ConfigError as error:
            return list(error.faults)
        return []

    def published(self, batch: str = "b") -> pd.DataFrame:
        """What readers see of the batch."""
        return pd.read_parquet(self.root / "out" / f"batch={batch}")

    def golden(self, name: str = "golden.parquet", **changed: Any) -> pd.DataFrame:
        """The rows with what the model predicts, stored in the format of the name."""
        frame = ROWS[["x", "y"]].assign(p=ROWS["x"] * 2).assign(**changed)
        path = self.root / name
        if path.suffix == ".parquet":
            frame.to_parquet(path)
        elif path.suffix == ".csv":
            frame.to_csv(path, index=False)
        else:
            frame.to_json(path, orient="records", lines=True)
        return frame


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """A project whose own modules can be imported."""
    monkeypatch.syspath_prepend(tmp_path)
    yield Project(tmp_path)
    for name in [name for name in sys.modules if name.startswith("own_")]:
        del sys.modules[name]
