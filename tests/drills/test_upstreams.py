"""Upstreams that are read in a process of their own: their faults, their stand-ins, their past."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.end_to_end.conftest import BATCH, command, copied

pytestmark = pytest.mark.faults
NEXT = "2024-03-02"
LOCAL = "    type: parquet\n    path: data/{batch}.parquet\n"
FAR = """\
    type: sql
    url: sqlite:///data/rows.db
    query: SELECT * FROM rows
    attempt_timeout: 20s
"""
CHAIN = """\
      columns: [temp]
      attempt_timeout: 20s
      deadline: 1m
      expect: {max_unchanged: 1}
      fallback: [{lookup: weather_b}]
    weather_b:
      type: python
      use: factory.far:rows
      join: [city]
      columns: [temp]
"""
CALLABLE = """\
import pandas as pd


def rows(*, batch):
    return pd.DataFrame({"city": ["Rome", "Oslo"], "temp": [11.0, 0.0]})
"""
ENDS = {
    ("primary", "down"): ("failed", 69),
    ("primary", "hang"): ("failed", 69),
    ("primary", "error_then_fine"): ("published", 0),
    ("lookup=weather", "down"): ("degraded", 0),
    ("lookup=weather", "hang"): ("degraded", 0),
    ("lookup=weather", "error_then_fine"): ("published", 0),
    ("lookup=weather", "stale"): ("degraded", 0),
}


@pytest.fixture(scope="module")
def drilled(
    published_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, str], Any]:
    """How each fault ended on the day after one that was published."""
    project = copied(published_template, tmp_path_factory.mktemp("far") / "project")
    with sqlite3.connect(project / "data/rows.db") as rows:
        frame = pd.read_parquet(project / "data" / f"{BATCH}.parquet")
        frame.to_sql("rows", rows, index=False)
    rows.close()
    with sqlite3.connect(project / "data/weather.db") as weather:
        weather.execute("INSERT INTO weather VALUES ('Rome', ?, 11.0)", [NEXT])
    weather.close()
    (project / "factory/far.py").write_text(CALLABLE)
    file = project / "pipeline.yaml"
    text = file.read_text().replace(LOCAL, FAR, 1).replace("      columns: [temp]\n", CHAIN, 1)
    file.write_text(text)
    return _ends(project)


def _ends(project: Path) -> dict[tuple[str, str], Any]:
    parts = ("--only", "primary", "--only", "lookup=weather")
    faults = ",".join(dict.fromkeys(fault for _, fault in ENDS))
    line = ("pipeline.yaml", *parts, "--faults", faults, "--batch", NEXT, "--json")
    done = command(project, "drill", *line)
    assert done.returncode == 0, done.stderr
    return {(end["part"], end["fault"]): end for end in json.loads(done.stdout)["cases"]}


@pytest.mark.parametrize("case", ENDS, ids="-".join)
def test_a_far_upstream_ends_within_its_own_terms(
    drilled: dict[tuple[str, str], Any], case: tuple[str, str]
) -> None:
    """What hangs is killed at its deadline, what failed once is asked again, a replica stands in."""
    ended = drilled[case]

    assert (ended["outcome"], ended["exit"]) == ENDS[case], ended


def test_content_that_does_not_change_is_seen_against_the_past(
    drilled: dict[tuple[str, str], Any],
) -> None:
    """The batch before had the very same table, as `max_unchanged` asks."""
    findings = drilled["lookup=weather", "stale"]["findings"]

    assert any("unchanged content" in finding["message"] for finding in findings)
