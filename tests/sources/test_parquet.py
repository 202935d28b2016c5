"""Parquet: row groups packed or sliced, and files that can't be read."""

from __future__ import annotations

import pickle
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seawall.errors import DataError, StorageError

NUMBERS = pa.table({"n": pa.array(range(10)), "s": [f"x{n % 3}" for n in range(10)]})


def numbers(count: int, start: int = 0) -> pa.Table:
    """One column of ascending numbers."""
    return pa.table({"n": pa.array(range(start, start + count), pa.int64())})


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    files=st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12)), min_size=1, max_size=4),
    rows=st.integers(1, 20),
)
def test_every_row_once_in_order(new_reading: Any, files: list[tuple[int, int]], rows: int) -> None:
    """Chunks of at most the wanted size hold every row once, in order, however row groups are cut."""
    reading, start = new_reading(), 0
    for place, (count, group) in enumerate(files):
        reading.table(f"{place}.parquet", numbers(count, start), group=group)
        start += count
    refs, tables = reading.chunks(reading.source("parquet"), rows)

    assert [n for table in tables for n in table.column("n").to_pylist()] == list(range(start))
    assert all(0 < ref.rows <= rows for ref in refs)
    assert [table.num_rows for table in tables] == [ref.rows for ref in refs]
    assert [ref.first_row for ref in refs] == [
        sum(r.rows for r in refs[:n]) for n in range(len(refs))
    ]


def test_small_groups_are_packed(reading: Any) -> None:
    """Row groups of several files share a chunk as long as they fit."""
    reading.table("a.parquet", numbers(4), group=2)
    reading.table("b.parquet", numbers(4, 4), group=2)

    assert [ref.rows for ref in reading.chunks(reading.source("parquet"), 6)[0]] == [6, 2]


def test_large_groups_are_sliced_evenly(reading: Any) -> None:
    """A row group above the wanted size is cut into slices of nearly one size."""
    reading.table("a.parquet", numbers(10), group=10)

    assert [ref.rows for ref in reading.chunks(reading.source("parquet"), 4)[0]] == [3, 3, 4]


def test_no_rows(reading: Any) -> None:
    """A file without rows has no chunk."""
    reading.table("a.parquet", numbers(0))

    assert reading.chunks(reading.source("parquet"), 4) == ([], [])


def test_other_schema_is_named(reading: Any) -> None:
    """A file whose columns or types differ from the first one's is named, with the difference."""
    reading.table("a.parquet", NUMBERS)
    reading.table("b.parquet", NUMBERS.set_column(0, "n", NUMBERS.column("n").cast("float64")))
    source = reading.source("parquet")

    with pytest.raises(DataError, match=r"b\.parquet") as caught:
        source.schema(source.fragments())
    assert caught.value.seen == "n double"


def test_repeated_column_is_named(reading: Any) -> None:
    """A file with two columns of one name is refused."""
    reading.table("a.parquet", pa.table([[1], [2]], names=["n", "n"]))
    source = reading.source("parquet")

    with pytest.raises(DataError, match="several columns of one name: n"):
        source.schema(source.fragments())


def test_categories_that_are_absent_are_left_to_the_contract(reading: Any) -> None:
    """A declared category that the file lacks, or that is a number there, does not keep it from being read."""
    reading.table("a.parquet", NUMBERS)
    kind = pa.dictionary(pa.int32(), pa.string())
    source = reading.source("parquet", types={"s": kind, "n": kind, "absent": kind})

    schema = source.schema(source.fragments())
    assert schema.field("s").type == kind
    assert schema.field("n").type == pa.int64()


def _truncated(content: bytes) -> bytes:
    return content[:-20]


def _no_footer(content: bytes) -> bytes:
    return content[:-8] + b"\xff\xff\xff\x7fPAR1"


def _text(_: bytes) -> bytes:
    return b"n,s\n1,x\n"


def _nothing(_: bytes) -> bytes:
    return b""


@pytest.mark.parametrize("damage", [_truncated, _no_footer, _text, _nothing])
def test_damaged_footer(reading: Any, damage: Any) -> None:
    """A file without a readable footer is bad data, and is named."""
    path = reading.table("a.parquet", NUMBERS)
    path.write_bytes(damage(path.read_bytes()))
    source = reading.source("parquet")

    with pytest.raises(DataError, match=r"a\.parquet") as caught:
        source.schema(source.fragments())
    assert caught.value.todo


@pytest.mark.parametrize("rows", [2, 100])
def test_damaged_row_group(reading: Any, rows: int) -> None:
    """A row group that can't be decoded is bad data, and its file is named."""
    path = reading.table("a.parquet", numbers(50_000), group=50_000)
    start = pq.ParquetFile(path).metadata.row_group(0).column(0).dictionary_page_offset
    content = bytearray(path.read_bytes())
    content[start : start + 400] = bytes(400)
    path.write_bytes(content)

    source = reading.source("parquet")
    with pytest.raises(DataError, match=r"a\.parquet"):
        reading.rows(source, rows * 1_000)


def test_unreadable_file() -> None:
    """A file that the system will not read is a storage error, not bad data."""
    from seawall.sources.files import find_fragments

    with pytest.raises(StorageError, match="cannot read a file of the input"):
        find_fragments("/proc/self/mem")


def test_source_pickles(reading: Any) -> None:
    """A worker process gets a source that reads the same rows."""
    reading.table("a.parquet", NUMBERS, group=3)
    sent = pickle.loads(pickle.dumps(reading.source("parquet")))

    assert reading.rows(sent, 2) == NUMBERS.to_pylist()
