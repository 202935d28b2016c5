"""Readers that read the published folder over and over while a project publishes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pandas as pd
import pytest

PUBLISHES = int(os.environ.get("SEAWALL_TEST_PUBLISHES", "8"))
READ = """
import sys
from pathlib import Path

kind, folder, stop = sys.argv[1], sys.argv[2], Path(sys.argv[3])

def pandas():
    import pandas as pd
    frame = pd.read_parquet(folder)
    return frame["id"].tolist(), frame["load"].tolist()

def duckdb():
    import duckdb
    rows = duckdb.sql(f"SELECT id, load FROM read_parquet('{folder}/**/*.parquet')").fetchnumpy()
    return rows["id"].tolist(), rows["load"].tolist()

def polars():
    import polars as pl
    frame = pl.read_parquet(folder)
    return frame["id"].to_list(), frame["load"].to_list()

import json
read = {"pandas": pandas, "duckdb": duckdb, "polars": polars}[kind]
read()
print("ready", flush=True)
seen, failed = {}, []
while not stop.exists():
    try:
        ids, loads = read()
    except BaseException as error:
        failed.append(str(error))
    else:
        told = json.dumps([len(ids), len(set(ids)), sorted(set(loads))])
        seen[told] = seen.get(told, 0) + 1
print(json.dumps([list(seen.items()), failed]))
"""
PUBLISH = """
import os, sys
sys.path.insert(0, os.getcwd())
import seawall
for number in range(int(sys.argv[1])):
    name = f"ingest.primary.path=data/{'ab'[number % 2]}.parquet"
    result = seawall.run("pipeline.yaml", batch="2024-03-01", sets=[name], force=True)
    assert result.state == "published", result.message
"""


@pytest.fixture
def two_inputs(project: Path) -> Path:
    """A project with two inputs, of other rows each, that can be told apart by every one of them."""
    frame = pd.read_parquet(project / "data" / "2024-03-01.parquet").assign(state="on", speed=1.0)
    large = pd.concat([frame] * 50, ignore_index=True)
    for name, rows, load in (("a", 3000, 10.0), ("b", 2400, 20.0)):
        one = large.head(rows).assign(load=load, id=range(rows))
        one.to_parquet(project / "data" / f"{name}.parquet", row_group_size=1000)
    config = project / "pipeline.yaml"
    text = config.read_text().replace("chunk_rows: 15", "chunk_rows: 1000")
    listed = "path: out/breakdowns, columns: [id, load, p_break, _degraded]"
    config.write_text(text.replace("path: out/breakdowns", listed))
    return project


def test_every_read_is_one_whole_version(two_inputs: Path, tmp_path: Path) -> None:
    """While a batch is published anew pandas, DuckDB and Polars find every row of one version, once, and never fail."""
    import seawall

    home = str(Path(seawall.__file__).parents[1])
    env = {"PYTHONPATH": home, "PATH": "/usr/bin:/bin"}
    publish = [sys.executable, "-c", PUBLISH]
    subprocess.run([*publish, "1"], cwd=two_inputs, env=env, check=True)
    stop, folder = tmp_path / "stop", str(two_inputs / "out" / "breakdowns")
    with ExitStack() as stack:
        readers = {}
        for kind in ("pandas", "duckdb", "polars"):
            line = [sys.executable, "-c", READ, kind, folder, str(stop)]
            reader = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
            readers[kind] = stack.enter_context(reader)
            stack.callback(reader.kill)
        for reader in readers.values():
            assert reader.stdout is not None
            assert reader.stdout.readline() == "ready\n"
        subprocess.run([*publish, str(PUBLISHES)], cwd=two_inputs, env=env, check=True)
        stop.touch()
        told = {kind: json.loads(reader.communicate()[0]) for kind, reader in readers.items()}

    versions = {"[3000, 3000, [10.0]]", "[2400, 2400, [20.0]]"}
    for kind, (seen, failed) in told.items():
        assert failed == [], kind
        assert {version for version, _ in seen} == versions, kind
        assert sum(count for _, count in seen) > PUBLISHES, kind
