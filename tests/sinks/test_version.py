"""The published file: the same bytes for any cut, the values that went in, nothing left when abandoned."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import csv, parquet

from seawall.disk import Disk
from seawall.errors import DataError, SoftwareError
from seawall.sinks.files import FilesSink, Holder
from seawall.sinks.files.encode import ROW_GROUP

BATCH = "2013-07-01"
FORMATS = ("parquet", "csv", "jsonl")
UTC = dt.UTC


def written(sink: FilesSink, tables: Sequence[pa.Table], schema: pa.Schema | None = None) -> Path:
    """The complete file that holds the tables."""
    with sink.claim(BATCH, Holder.here("r")) as claim:
        writer = claim.version_writer(schema or tables[0].schema)
        for table in tables:
            writer.write(table)
        stored = writer.close()
    path = sink.layout.state / stored.path
    assert stored.bytes == path.stat().st_size
    assert stored.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    return path


def rows(count: int) -> pa.Table:
    """Keys, scores, texts and provenance, with nulls, of more than one row group."""
    numbers = range(count)
    return pa.table(
        {
            "k": pa.array([n * 7919 for n in numbers], pa.int64()),
            "p": pa.array([None if n % 97 == 0 else n / 7 for n in numbers], pa.float64()),
            "s": pa.array([None if n % 89 == 0 else f"s{n % 1000}" for n in numbers]),
            "d": pa.array(
                [None if n % 3 else f"d{n * 31 % 11}" for n in numbers]
            ).dictionary_encode(),
        }
    )


LONG = rows(ROW_GROUP * 2 + 5000)


def cut(table: pa.Table, borders: Sequence[int]) -> list[pa.Table]:
    """The table in pieces, each with dictionaries of its own."""
    edges = [0, *sorted(borders), table.num_rows]
    pieces = [table.slice(a, b - a) for a, b in pairwise(edges)]
    return [own_dictionary(piece) for piece in pieces]


def own_dictionary(piece: pa.Table) -> pa.Table:
    """The same rows; codes as if the piece had been encoded alone."""
    values = piece.column("d").cast(pa.string())
    return piece.set_column(3, piece.schema.field("d"), values.combine_chunks().dictionary_encode())


def plain(table: pa.Table) -> pa.Table:
    """The table with its dictionary written out: the order of codes is no value."""
    return table.set_column(3, "d", table.column("d").cast(pa.string()))


@pytest.mark.parametrize("form", FORMATS)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(borders=st.lists(st.integers(0, LONG.num_rows), max_size=6))
def test_bytes_do_not_depend_on_the_cut(
    tmp_path_factory: pytest.TempPathFactory, form: Any, borders: list[int]
) -> None:
    """However the rows were cut into tables, the file has the same bytes."""
    sink = FilesSink(tmp_path_factory.mktemp("sink") / "p", form)

    assert written(sink, cut(LONG, borders)).read_bytes() == whole(form, tmp_path_factory)


_whole: dict[str, bytes] = {}


def whole(form: Any, folders: pytest.TempPathFactory) -> bytes:
    """The bytes of the rows in one table."""
    if form not in _whole:
        sink = FilesSink(folders.mktemp("sink") / "p", form)
        _whole[form] = written(sink, [own_dictionary(LONG)]).read_bytes()
    return _whole[form]


def test_row_groups_are_fixed(sink: FilesSink) -> None:
    """Every row group has ROW_GROUP rows, but the last."""
    meta = parquet.ParquetFile(written(sink, cut(LONG, [10, 99_999]))).metadata

    assert [meta.row_group(n).num_rows for n in range(3)] == [ROW_GROUP, ROW_GROUP, 5000]


def test_parquet_round_trip(sink: FilesSink) -> None:
    """Values, nulls, types and dictionaries are read back as they were written."""
    assert plain(parquet.read_table(written(sink, [LONG]))).equals(plain(LONG))


def test_pandas_reads_categories_and_no_index(sink: FilesSink) -> None:
    """Read by pandas, there are plain columns and a category, and no note of an index."""
    frame = LONG.to_pandas().set_index("s")
    table = pa.Table.from_pandas(frame)
    path = written(sink, [table])

    assert pd.read_parquet(path)["d"].dtype == "category"
    assert parquet.read_schema(path).pandas_metadata is None
    assert list(pd.read_parquet(path).columns) == ["k", "p", "d", "s"]


@pytest.mark.parametrize("form", FORMATS)
def test_no_rows(sink: FilesSink, form: Any) -> None:
    """A batch without rows has a file that says which columns there would be, where the format can."""
    path = written(replace(sink, format=form), [], LONG.schema)

    expected = {"csv": b'"k","p","s","d"\n', "jsonl": b""}
    assert form == "parquet" or path.read_bytes() == expected[form]
    assert form != "parquet" or parquet.read_table(path).num_rows == 0


def test_csv_round_trip(sink: FilesSink) -> None:
    """Numbers keep every digit; null and the empty text stay different; commas and quotes survive."""
    table = pa.table({"p": [0.1 + 0.2, None, 1e300], "s": ['a,"b"\n', "", None]})
    path = written(replace(sink, format="csv"), [table])
    options = csv.ConvertOptions(strings_can_be_null=True, quoted_strings_can_be_null=False)
    parse = csv.ParseOptions(newlines_in_values=True)

    assert csv.read_csv(path, convert_options=options, parse_options=parse).equals(table)


def test_jsonl_lines(sink: FilesSink) -> None:
    """Each line is an object: exact floats, nulls, ISO times, texts as they are."""
    when = dt.datetime(2013, 7, 1, 5, 0, tzinfo=UTC)
    table = pa.table(
        {
            "p": pa.array([0.1 + 0.2, None, float("nan")]),
            "100%": pa.array([1, None, 2]),
            "s": pa.array(['ä"\n%s', None, ""]),
            "t": pa.array([when, None, when], pa.timestamp("us", "UTC")),
            "day": pa.array([when.date(), None, None]),
            "b": pa.array([True, False, None]),
            "list": pa.array([[1, 2], None, []], pa.list_(pa.int64())),
        }
    )
    lines = written(replace(sink, format="jsonl"), [table]).read_text().splitlines()
    first, second, third = map(json.loads, lines)

    assert first == {
        "p": 0.1 + 0.2, "100%": 1, "s": 'ä"\n%s', "t": first["t"], "day": "2013-07-01", "b": True, "list": [1, 2],
    }  # fmt: skip
    assert dt.datetime.fromisoformat(first["t"]) == when
    assert second == {**dict.fromkeys(first), "b": False}
    assert third["p"] is None


def test_infinity_is_no_json(sink: FilesSink) -> None:
    """An infinity is refused, rather than written as something that is no JSON."""
    with pytest.raises(DataError, match="infinity"):
        written(replace(sink, format="jsonl"), [pa.table({"p": [float("inf")]})])


def test_chunks_must_agree(sink: FilesSink) -> None:
    """A table with other columns or types is refused."""
    with sink.claim(BATCH, Holder.here("r")) as claim:
        writer = claim.version_writer(LONG.schema)
        with pytest.raises(SoftwareError, match="disagree"):
            writer.write(LONG.select(["k", "p"]))
        writer.abandon()


@pytest.mark.parametrize("form", FORMATS)
def test_abandoned_file_is_gone(sink: FilesSink, form: Any) -> None:
    """Nothing is left of a file that was abandoned half-way."""
    with replace(sink, format=form).claim(BATCH, Holder.here("r")) as claim:
        writer = claim.version_writer(LONG.schema)
        writer.write(LONG)
        writer.abandon()

    assert list(sink.layout.data(BATCH).iterdir()) == []


class UnsureOnce(Disk):
    """A disk whose first fsync of a published file fails."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def fsync(self, file: Any) -> None:
        """Fails the first time that it is asked for a file in data/."""
        from seawall.disk import UnsyncedError

        if "/data/" in str(file.name):
            self.asked.append(file.name)
            if len(self.asked) == 1:
                raise UnsyncedError("fsync failed", file.name)
        super().fsync(file)


def test_failed_fsync_of_the_published_file(sink: FilesSink) -> None:
    """After a failed fsync the bytes are copied to another file, once; the first is gone."""
    disk = UnsureOnce()
    path = written(replace(sink, disk=disk), [LONG])

    assert len(set(disk.asked)) == 2
    assert plain(parquet.read_table(path)).equals(plain(LONG))
    assert list(path.parent.iterdir()) == [path]
