"""Records that cannot be read: each is set aside with its place, and every other row is there."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seawall.contracts import Refused
from seawall.errors import DataError

QUICK = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
BAD = {
    "csv": [b"1", b"1,2,3", b'"a\nb"', b"\xff,2", b'"\xe9\n",2', b"\xff"],
    "jsonl": [
        b"null",
        b"1",
        b"[1]",
        b'{"a": 1',
        b"{} {}",
        b'{"a": "\xff"}',
        b'{"a":1,"a":2}',
        b" ",
    ],
}
GOOD = {"csv": b'7,"x\ny"', "jsonl": b'{"a": 7, "b": "x"}'}


def read(reading: Any, kind: str, rows: int) -> tuple[int, list[tuple[int, Refused]]]:
    """How many rows are readable; the refused records with their row of the batch."""
    source = reading.source(kind)
    fragments = source.fragments()
    refs = list(source.chunks(fragments, rows))
    parts = [source.read(fragments, ref, None) for ref in refs]
    refused = [
        (ref.first_row + entry.row, entry)
        for ref, part in zip(refs, parts, strict=True)
        for entry in part.refused
    ]
    assert all(
        part.table.num_rows + len(part.refused) == ref.rows
        for ref, part in zip(refs, parts, strict=True)
    )
    return sum(part.table.num_rows for part in parts), refused


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
@QUICK
@given(data=st.data(), rows=st.integers(1, 12), blank=st.booleans())
def test_exactly_the_bad_records(
    new_reading: Callable[[], Any], kind: str, data: st.DataObject, rows: int, *, blank: bool
) -> None:
    """Wherever bad records stand, they and no others are refused, each at its line, for any cut."""
    record = st.sampled_from([GOOD[kind], GOOD[kind], *BAD[kind]])
    records = [GOOD[kind], *data.draw(st.lists(record, max_size=10))]
    reading, end = new_reading(), b"\r\n\n" if blank else b"\n"
    head = b"a,b" + end if kind == "csv" else b""
    reading.write("part", head + b"".join(entry + end for entry in records))
    bad = [n for n, entry in enumerate(records) if entry != GOOD[kind]]
    lines = [1 + (head + end.join(records[:n]) + end * (n > 0)).count(b"\n") for n in bad]
    readable, refused = read(reading, kind, rows)

    assert readable == len(records) - len(bad)
    assert [row for row, _ in refused] == bad
    assert [entry.place.rpartition(":")[2] for _, entry in refused] == [str(n) for n in lines]
    assert {entry.reason for _, entry in refused} <= {"malformed line", "text that is not UTF-8"}


def test_raw_text_is_kept_up_to_a_bound(reading: Any) -> None:
    """The first 64 kB of a bad record are kept, what is no UTF-8 as escapes."""
    reading.write("part.csv", b"k,v\n1,caf\xe9\n" + b"x" * 100_000 + b"\n")
    _, (first, second) = read(reading, "csv", 10)

    assert first[1].raw == "1,caf\\xe9"
    assert second[1].raw == "x" * 64_000


def test_no_line_is_an_object(reading: Any) -> None:
    """A file of JSON without any object is refused as a whole: nothing tells its columns."""
    reading.write("part.jsonl", "null\n[1]\n")
    source = reading.source("jsonl")

    with pytest.raises(DataError, match=r"part\.jsonl:1: no line is an object"):
        source.schema(source.fragments())


def test_types_do_not_make_a_line_malformed(reading: Any) -> None:
    """A value of another type is a fault of the file's, named by its line, not a record to leave out."""
    reading.write("part.jsonl", '{"a": 1}\nnull\n{"a": "x"}\n')

    with pytest.raises(DataError, match=r"part\.jsonl:3"):
        read(reading, "jsonl", 10)


def damaged(reading: Any, *, group: int, checksum: bool) -> None:
    """A Parquet file of 5 row groups of 1,000 rows, in one of which bytes are not as they were written.

    With a checksum one bit of the values differs, which nothing else could tell; else a page's head.
    """
    path = reading.folder / "a.parquet"
    table = pa.table({"n": pa.array(range(5_000)), "s": [f"value {n}" for n in range(5_000)]})
    pq.write_table(
        table,
        path,
        row_group_size=1_000,
        use_dictionary=False,
        compression="none" if checksum else "zstd",
        write_page_checksum=checksum,
    )
    column = pq.ParquetFile(path).metadata.row_group(group).column(0)
    content = bytearray(path.read_bytes())
    if checksum:
        content[column.data_page_offset + column.total_compressed_size // 2] ^= 1
    else:
        content[column.data_page_offset : column.data_page_offset + 20] = bytes(20)
    path.write_bytes(content)


@pytest.mark.parametrize("checksum", [True, False])
@pytest.mark.parametrize("rows", [400, 1_000, 2_500, 9_000])
def test_a_damaged_row_group(reading: Any, rows: int, *, checksum: bool) -> None:
    """Of a damaged row group every row is refused and no row of another, for chunks of any size."""
    damaged(reading, group=2, checksum=checksum)
    source = reading.source("parquet")
    fragments = source.fragments()
    parts = [(ref, source.read(fragments, ref, None)) for ref in source.chunks(fragments, rows)]
    gone = [
        ref.first_row + entry.row + n
        for ref, part in parts
        for entry in part.refused
        for n in range(entry.rows)
    ]

    assert gone == list(range(2_000, 3_000))
    read_ = [n for _, part in parts for n in part.table.column("n").to_pylist()]
    assert read_ == [*range(2_000), *range(3_000, 5_000)]
    assert {e.place for _, part in parts for e in part.refused} == {
        f"{reading.folder}/a.parquet, row group 2"
    }


def test_damage_in_a_column_that_is_not_read(reading: Any) -> None:
    """Damage in a column that nobody asked for keeps no row away."""
    damaged(reading, group=2, checksum=True)
    source = reading.source("parquet")
    fragments = source.fragments()
    (ref,) = source.chunks(fragments, 9_000)
    part = source.read(fragments, ref, ["s"])

    assert (part.refused, part.table.num_rows) == ((), 5_000)


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_the_place_of_a_row(reading: Any, kind: str) -> None:
    """A row is found again by its line, whatever stands before it."""
    rows = {
        "csv": 'k\n"1\n1"\n\n2\n3\n',
        "jsonl": "\n".join(json.dumps({"k": n}) for n in range(5)),
    }
    reading.write("part", rows[kind])
    source = reading.source(kind)
    fragments = source.fragments()
    ref = next(iter(source.chunks(fragments, 2)))

    assert source.place(fragments, ref, 1).endswith({"csv": "part:5", "jsonl": "part:2"}[kind])
