"""A small project with data, code and a model, in a folder of its own."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import skops.io
from sklearn.tree import DecisionTreeRegressor

from seawall.config.faults import Fault
from seawall.config.load import LoadedConfig, load
from seawall.contracts import Context
from seawall.plan import Plan
from seawall.plan.learn import faults_of
from seawall.plan.make import context_of, make_plan

PIPELINE = """\
pipeline: unit
ingest:
  primary: {type: csv, path: "data/{batch}/*.csv", key: k, chunk_rows: 2}
  lookups:
    w:
      type: csv
      path: data/w.csv
      join: [c]
      columns: [v]
validate:
  columns:
    k: {dtype: int64}
    c: {dtype: category, nullable: true}
    x: {dtype: float64}
    v: {dtype: float64, nullable: true}
  filters:
    - use: unitproj.rules:known
  rules:
    - use: unitproj.rules:small
      with: {most: 90}
featurize:
  - use: unitproj.features:add
    with: {column: x}
predict:
  model: {type: sklearn, path: m.skops, trusted: [sklearn.tree._tree.Tree]}
  outputs: [p]
check_output:
  bounds: {p: {min: -1000, max: 1000}}
publish: {type: files, path: out}
limits: {quarantined_rows: {share: 50%}}
"""

RULES = """\
from unitproj.deep.numbers import LEAST

def known(frame):
    return frame["x"] > LEAST

def small(frame, *, most: float):
    return frame["x"] < most
"""

FEATURES = """\
def add(frame, *, column: str):
    from unitproj import lazy
    return frame.assign(y=frame[column] * lazy.FACTOR)
"""


class Project:
    """A folder in which a pipeline file is loaded, checked and planned."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.text = PIPELINE
        files = {
            "pyproject.toml": "",
            "data/b/1.csv": "k,c,x\n1,a,1\n2,b,2\n3,,3\n",
            "data/b/2.csv": "k,c,x\n4,a,-4\n5,b,95\n",
            "data/w.csv": "c,v\na,10\nb,20\n",
            "unitproj/__init__.py": "",
            "unitproj/rules.py": RULES,
            "unitproj/features.py": FEATURES,
            "unitproj/lazy.py": "from . import base\nFACTOR = base.TWO\n",
            "unitproj/base.py": "TWO = 2\n",
            "unitproj/deep/numbers.py": "LEAST = 0\n",
            "unitproj/unrelated.py": "",
        }
        for name, content in files.items():
            self.write(name, content)
        self.train(depth=1)

    def write(self, name: str, content: str) -> None:
        """A file of the project."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(content), encoding="utf-8")

    def train(self, depth: int, *, column: str = "y") -> None:
        """The model, fitted on one column."""
        frame = pd.DataFrame({column: [0.0, 2.0, 4.0, 6.0]})
        model = DecisionTreeRegressor(max_depth=depth).fit(frame, [0.0, 1.0, 2.0, 3.0])
        (self.root / "m.skops").write_bytes(skops.io.dumps(model))

    def change(self, old: str, new: str) -> Project:
        """The pipeline file with one piece of its text replaced."""
        assert self.text.count(old) == 1, f"{old!r} does not stand once in the file"
        self.text = self.text.replace(old, new)
        return self

    def load(self, env: dict[str, str] | None = None) -> LoadedConfig:
        """The pipeline file."""
        self.write("unit.yaml", self.text)
        return load(self.root / "unit.yaml", env=env or {})

    def plan(self, env: dict[str, str] | None = None) -> Plan:
        """The plan of batch b."""
        return make_plan(self.load(env), "b", now=now)

    def context(self) -> Context:
        """What the steps may ask."""
        return context_of(self.load().config, "b", now=now)

    def faults(self) -> list[Fault]:
        """What a check finds."""
        return faults_of(self.load(), self.context(), "each")


def now() -> datetime:
    """The same time always."""
    return datetime(2024, 1, 1, tzinfo=UTC)


def forget(name: str) -> None:
    """Modules of the project are imported anew."""
    for module in [m for m in sys.modules if m.partition(".")[0] == name]:
        del sys.modules[module]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A project whose modules can be imported."""
    monkeypatch.syspath_prepend(tmp_path)
    forget("unitproj")
    yield Project(tmp_path)
    forget("unitproj")
