"""What a user adds: stages, as functions and classes, without touching the framework."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

BATCH = "2024-03-01"
Command = Callable[..., "subprocess.CompletedProcess[str]"]
MINE = '''\
"""A module that seawall has never heard of."""

import os
import pandas as pd

print("imported")


def add_age(frame: pd.DataFrame, *, context, since: str = "2024-01-01") -> pd.DataFrame:
    """The batch's age in days, the same in every row."""
    print("printed")
    os.write(1, b"written\\n")
    days = (pd.Timestamp(context.batch) - pd.Timestamp(since)).days
    said = f"{context.pipeline} as of {context.as_of.isoformat()}"
    return frame.assign(age=float(days), said=said)


class AddRank:
    """The place of each value among the edges, which are dear to find and kept."""

    def __init__(self, *, column: str, edges: list[float]) -> None:
        self.column, self.edges = column, sorted(edges)

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        places = [sum(value >= edge for edge in self.edges) for value in frame[self.column]]
        return frame.assign(rank=pd.Series(places, index=frame.index, dtype="int64"))
'''
STAGES = """\
    with: {scale: 2.0}
  - use: mine.steps:add_age
    with: {since: "2024-02-01"}
  - use: mine.steps:AddRank
    with: {column: load, edges: [50, 20, 80]}
"""


@pytest.fixture
def mine(project: Path) -> Path:
    """A project with two stages of the user's own, whose columns are published."""
    (project / "mine").mkdir()
    (project / "mine" / "steps.py").write_text(MINE)
    config = project / "pipeline.yaml"
    text = config.read_text().replace("    with: {scale: 2.0}\n", STAGES)
    columns = "path: out/breakdowns, columns: [id, load, age, rank, said, p_break]"
    config.write_text(text.replace("path: out/breakdowns", columns))
    return project


@pytest.mark.parametrize("executor", ["threads", "processes"])
def test_own_stages(mine: Path, score: Command, seawall: Command, executor: str) -> None:
    """`check` passes, their columns are published, and what they print is no part of an answer."""
    checked = seawall(mine, "check", "pipeline.yaml", "--json")
    done = score(mine, "--executor", executor, "--workers", "1", "--json")
    frame = pd.read_parquet(mine / "out" / "breakdowns")

    assert (checked.returncode, done.returncode) == (0, 0), checked.stderr + done.stderr
    assert list(frame.columns[:-1]) == ["id", "load", "age", "rank", "said", "p_break"]
    assert json.loads(checked.stdout)["faults"] == []
    assert json.loads(done.stdout)["state"] == "published"
    for said in (checked.stderr, done.stderr):
        assert {"imported", "printed", "written"} <= set(said.splitlines())
    assert set(frame["age"]) == {29.0}
    assert set(frame["said"]) == {"breakdowns as of 2024-03-01T00:00:00+00:00"}
    ranks = [sum(load >= edge for edge in (20, 50, 80)) for load in frame["load"]]
    assert frame["rank"].tolist() == ranks


FAULTS = {
    "unknown parameter": ("since: ", "sinse: ", "43:12", "did you mean `since`?"),
    "wrong type": ("edges: [50, 20, 80]", "edges: many", "45:33", "list"),
    "missing parameter": ("column: load, ", "", "45:5", "column"),
    "no such function": ("mine.steps:add_age", "mine.steps:add_aeg", "42:10", "`add_age`"),
    "no such module": ("mine.steps:add_age", "mien.steps:add_age", "42:10", "mien"),
    "no such column": ("column: load,", "column: laod,", "44:10", "'load'"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_in_own_stages(mine: Path, seawall: Command, name: str) -> None:
    """A parameter or name that doesn't fit is found by `check`, at its line."""
    old, new, place, words = FAULTS[name]
    config = mine / "pipeline.yaml"
    assert old in config.read_text()
    config.write_text(config.read_text().replace(old, new))
    done = seawall(mine, "check", "pipeline.yaml")

    assert (done.returncode, "Traceback" in done.stderr) == (78, False), done.stderr
    assert f"pipeline.yaml:{place} " in done.stderr
    assert words in done.stderr


LIST = """
import json, sys
from seawall.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    heavy = {"pandas", "sklearn", "scipy", "pyarrow", "numpy", "joblib"}
    print(json.dumps([end.code, sorted(heavy & set(sys.modules))]))
"""
QUICK = {
    "help": (("--help",), 0),
    "run help": (("run", "--help"), 0),
    "runs": (("runs",), 0),
    "explain": (("explain",), 0),
    "faulty check": (("check", "pipeline.yaml"), 78),
    "wrong command": (("rnu",), 2),
}


@pytest.mark.parametrize("name", QUICK)
def test_quick_commands_load_nothing_heavy(published: Path, name: str) -> None:
    """What needs no data loads no library for data."""
    import seawall

    args, code = QUICK[name]
    config = published / "pipeline.yaml"
    config.write_text(config.read_text().replace("chunk_rows", "chunk_rwos"))
    done = subprocess.run(
        [sys.executable, "-c", LIST, *args],
        cwd=published,
        env={"PYTHONPATH": str(Path(seawall.__file__).parents[1]), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert json.loads(done.stdout.splitlines()[-1]) == [code, []]
