"""Readers that read the folder over and over while the batch is published again and again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from seawall.contracts import Account
from seawall.disk import Disk
from seawall.sinks.files import Draft, FilesSink, Holder
from seawall.sinks.files.handover import first_stone, second_stone

BATCH = "2013-07-01"
PUBLISHES = int(os.environ.get("SEAWALL_TEST_PUBLISHES", "20"))
READER = """
import json, sys
from pathlib import Path
kind, folder, stop = sys.argv[1], sys.argv[2], Path(sys.argv[3])

def pandas():
    import pandas as pd
    frame = pd.read_parquet(folder)
    return len(frame), set(frame["v"]), set(frame["n"])

def duckdb():
    rows = connection.sql(f"SELECT v, n FROM read_parquet('{source}')").fetchnumpy()
    return len(rows["v"]), set(rows["v"].tolist()), set(rows["n"].tolist())

def polars():
    import polars as pl
    frame = pl.read_parquet(folder)
    return len(frame), set(frame["v"]), set(frame["n"])

if kind.startswith("duckdb"):
    import duckdb as engine
    connection = engine.connect()
    source = folder if kind == "duckdb folder" else folder + "/*/*.parquet"
read = {"pandas": pandas, "polars": polars}.get(kind, duckdb)
read()
print("ready", flush=True)
whole, mixed, failed = 0, [], []
while not stop.exists():
    try:
        rows, values, sizes = read()
    except BaseException as error:
        failed.append(str(error))
    else:
        good = len(values) == 1 and sizes == {rows}
        whole, mixed = whole + good, mixed + [] if good else [*mixed, (rows, [*values], [*sizes])]
print(json.dumps([whole, mixed, failed]))
"""


@pytest.fixture
def publish_rows(sink: FilesSink) -> Callable[[int], None]:
    """Publishes a version whose number of rows differs from the one before."""

    def publish(value: int) -> None:
        rows = 50_000 + value % 7 * 1000
        table = pa.table({"k": range(rows), "v": [value] * rows, "n": [rows] * rows})
        with replace(sink, handover_s=0.1).claim(BATCH, Holder.here("r")) as claim:
            writer = claim.version_writer(table.schema)
            writer.write(table)
            claim.commit(
                Draft(
                    kind="publish",
                    commit_id=str(value),
                    run_id="r",
                    file=writer.close(),
                    account=Account(rows, rows),
                    fingerprint={},
                    committed_at=datetime.now(UTC),
                )
            )
            claim.refresh_view()

    return publish


@pytest.mark.parametrize("kind", ["pandas", "polars", "duckdb folder", "duckdb glob"])
def test_every_read_is_one_whole_version(
    sink: FilesSink, publish_rows: Callable[[int], None], tmp_path: Path, kind: str
) -> None:
    """While a batch is replaced again and again, no read fails and none sees two versions."""
    publish_rows(0)
    stop = tmp_path / "stop"
    command = [sys.executable, "-c", READER, kind, str(sink.folder), str(stop)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
        for value in range(1, PUBLISHES + 1):
            publish_rows(value)
        stop.touch()
        whole, mixed, failed = json.loads(reader.stdout.read())

    assert (mixed, failed) == ([], [])
    assert whole > PUBLISHES / 2


def parquet_file(path: Path, value: int, rows: int) -> Path:
    """A file of several row groups whose rows all say `value`."""
    table = pa.table({"k": range(rows), "v": [value] * rows, "s": [f"s{value}"] * rows})
    parquet.write_table(table, path, row_group_size=700, compression="zstd", write_page_index=True)
    return path


@pytest.mark.parametrize(
    ("old_rows", "new_rows"), [(1000, 3000), (3000, 1000), (0, 1000), (1000, 0)]
)
def test_stepping_stones(tmp_path: Path, old_rows: int, new_rows: int) -> None:
    """Each stone reads as the new file, and with its predecessor's footer as its predecessor."""
    old = parquet_file(tmp_path / "old", 1, old_rows)
    new = parquet_file(tmp_path / "new", 2, new_rows)
    first, second = tmp_path / "first", tmp_path / "second"
    start = first_stone(Disk(), old, new, first)
    second_stone(Disk(), start, new, second)
    expected = parquet.read_table(new)

    assert parquet.read_table(first).equals(expected)
    assert parquet.read_table(second).equals(expected)
    for before, after in ((old, first), (first, second), (second, new)):
        assert reread(before, after).equals(parquet.read_table(before))


def reread(before: Path, after: Path) -> pa.Table:
    """What a reader gets that has the footer of one file and reads the data of the other."""
    metadata = parquet.read_metadata(before)
    return parquet.ParquetFile(after, metadata=metadata).read()
