"""Inputs that are larger than they may be are refused before they are decoded, in bounded memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from seawall.config.sources import CsvFormat
from seawall.contracts import Caps, ChunkedSource
from seawall.errors import DataError
from seawall.sources import FileSource, blocks, open_source
from seawall.sources.caps import small_enough

LINES = {"csv": ("k,v\n", "1,x\n"), "jsonl": ("", '{"k": 1}\n')}


def source_of(reading: Any, kind: str, **caps: int) -> ChunkedSource:
    """A source over the folder with these caps."""
    files = FileSource(kind, f"{reading.folder}/*", CsvFormat(), Caps(**caps))
    return open_source(files, {})


def cut(source: ChunkedSource, rows: int = 1_000) -> int:
    """How many chunks the batch has."""
    return sum(1 for _ in source.chunks(source.fragments(), rows))


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_rows(reading: Any, kind: str) -> None:
    """One row more than the cap is refused while the batch is cut, and the cap itself is not."""
    if kind == "parquet":
        reading.table("a", pa.table({"k": range(10)}), group=3)
    else:
        head, line = LINES[kind]
        reading.write("a", head + line * 10)

    assert cut(source_of(reading, kind, rows=10), 3) == 4
    with pytest.raises(DataError, match=r"caps\.rows: 9"):
        cut(source_of(reading, kind, rows=9), 3)


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
@pytest.mark.parametrize("end", ["\n", ""])
def test_a_record_that_is_too_long(reading: Any, kind: str, end: str) -> None:
    """A record above the cap is named by line and size; one that is as long as the cap passes."""
    head, line = LINES[kind]
    long = line.replace("1", "1" * 990).rstrip("\n")
    reading.write("a", head + line * 3 + long + end)
    size = len(long) + len(end)

    assert cut(source_of(reading, kind, record_bytes=size)) == 1
    with pytest.raises(DataError, match=f"line {5 if head else 4}\\b.*longer than") as caught:
        cut(source_of(reading, kind, record_bytes=size - 1))
    assert caught.value.seen.startswith(f"{size:,} bytes")


def test_a_quote_that_never_ends_is_found_early(reading: Any) -> None:
    """A quote that stays open makes a record too long long before the file ends, at the quote's line."""
    reading.write("a", "k,v\n1,x\n" + '2,"x\n' + "3,y\n" * 3_000_000)

    with pytest.raises(DataError, match="line 3: a record longer") as caught:
        cut(source_of(reading, "csv", record_bytes=1_000_000))
    assert "within quotes that never end" in caught.value.seen
    assert int(caught.value.seen.split()[0].replace(",", "")) < 5_000_000


def test_text_is_as_long_as_its_files(reading: Any) -> None:
    """The bytes of text files count as what they are."""
    reading.write("a", "k\n1\n")
    source = source_of(reading, "csv")

    assert source.decoded_bytes(source.fragments(), None) == 4


def test_ranges_are_bounded_by_bytes(reading: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records of many bytes make chunks of few rows, and every row is in one of them."""
    monkeypatch.setattr(blocks, "_RANGE_BYTES", 100)
    lengths = [30, 200, 30, 30, 30, 30, 90, 99, 101, 10]
    path = reading.write("a", "".join("x" * (n - 1) + "\n" for n in lengths))
    found = list(blocks.ranges(path, start=0, rows=3, longest=1_000))

    assert sum(part.rows for part in found) == len(lengths)
    assert [part.rows for part in found] == [1, 1, 3, 1, 1, 1, 1, 1]
    assert all(part.stop - part.start <= 100 or part.rows == 1 for part in found)


def bomb(path: Path, rows: int, value: str, **how: Any) -> None:
    """A Parquet file in which one value stands in every row: a few kB."""
    indices = pa.array(np.zeros(rows, dtype="int32"))
    table = pa.table({"k": pa.DictionaryArray.from_arrays(indices, pa.array([value]))})
    pq.write_table(table, path, row_group_size=rows, **how)


def test_repeated_values_count_in_every_row(reading: Any) -> None:
    """The footer tells how large a column is once decoded, though the file has its value only once."""
    bomb(reading.folder / "a", 3_000_000, "x" * 500, store_schema=False)
    written = (reading.folder / "a").stat().st_size
    source = source_of(reading, "parquet")
    decoded = source.decoded_bytes(source.fragments(), None)

    assert written < 200_000
    assert decoded == pytest.approx(1_500_000_000, rel=0.01)
    with pytest.raises(DataError, match=r"caps\.decoded_bytes: 1,000,000,000"):
        small_enough(decoded, Caps(decoded_bytes=1_000_000_000), "a")


def test_only_columns_that_are_read_count(reading: Any) -> None:
    """A column that nobody reads takes no memory."""
    reading.table(
        "a", pa.table({"k": pa.array([1, 2], pa.int64()), "v": pa.array([1, 2], pa.int8())})
    )
    source = source_of(reading, "parquet")
    sizes = [source.decoded_bytes(source.fragments(), names) for names in (["k"], ["v"], None)]

    assert sizes == [16, 2, 18]


READ = """
import resource, sys
from seawall.config.sources import CsvFormat
from seawall.contracts import Caps
from seawall.errors import DataError
from seawall.sources import FileSource, open_source

kind, pattern, record, decoded = sys.argv[1:]
caps = Caps(record_bytes=int(record), decoded_bytes=int(decoded))
source = open_source(FileSource(kind, pattern, CsvFormat(), caps), {})
fragments = source.fragments()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    source.schema(fragments)
    for ref in source.chunks(fragments, 131_072):
        source.read(fragments, ref, None)
except DataError as error:
    print(str(error).splitlines()[1:3])
else:
    print("read")
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def read_apart(pattern: str, kind: str, record: int, decoded: int = 64 << 30) -> tuple[str, int]:
    """What a process of its own says of reading everything, and how many MB it took for it."""
    line = [sys.executable, "-c", READ, kind, pattern, str(record), str(decoded)]
    done = subprocess.run(line, capture_output=True, text=True, check=True, timeout=60)
    said, grown = done.stdout.splitlines()
    return said, int(grown)


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_giant_field_takes_no_memory(reading: Any, kind: str) -> None:
    """A field of 300 MB is refused with less than 100 MB of memory."""
    head, line = LINES[kind]
    with (reading.folder / "a").open("w") as file:
        file.write(head + line.rstrip("}\n"))
        for _ in range(300):
            file.write("1" * 1_000_000)
        file.write("}\n" if kind == "jsonl" else "\n")
    said, grown = read_apart(f"{reading.folder}/*", kind, 16 << 20)

    assert "caps.record_bytes: 16,777,216" in said
    assert grown < 100


@pytest.mark.parametrize("how", [{"store_schema": False}, {"write_statistics": False}, {}])
def test_a_long_value_in_a_dictionary(reading: Any, how: dict[str, bool]) -> None:
    """A dictionary's long value in every row of a small file is refused before all are decoded.

    Without Arrow's own schema the values are plain text; with it they stay in their dictionary.
    """
    path = reading.folder / "a"
    bomb(path, 100_000, "x" * 100_000, **how)
    said, grown = read_apart(str(path), "parquet", 16 << 20, decoded=200_000_000)

    assert path.stat().st_size < 300_000
    assert "caps.decoded_bytes: 200,000,000" in said
    assert grown < 1_000


@pytest.mark.parametrize("dictionary", [True, False])
def test_a_value_that_is_too_long(reading: Any, *, dictionary: bool) -> None:
    """A value above the cap is named by its column, in a dictionary or beside one."""
    table = pa.table({"k": ["a", "b" * 2_000, "c"] * 10})
    pq.write_table(table, reading.folder / "a", use_dictionary=dictionary)
    source = source_of(reading, "parquet", record_bytes=1_999)
    fragments = source.fragments()
    (ref,) = source.chunks(fragments, 100)

    with pytest.raises(DataError, match="column 'k'") as caught:
        source.read(fragments, ref, None)
    assert caught.value.seen == "a value of 2,000 bytes"


def test_a_footer_that_lies(reading: Any) -> None:
    """A footer that tells a small size does not get more decoded than the cap and one batch."""
    path = reading.folder / "a"
    table = pa.table({"k": ["x" * 100_000] * 1_000})
    pq.write_table(table, path, use_dictionary=False, compression="zstd", write_statistics=False)
    column = pq.ParquetFile(path).metadata.row_group(0).column(0)
    size = column.total_uncompressed_size
    told, lie = _varint(2 * size), _varint(2 * 1_000)
    content = path.read_bytes()
    padded = lie[:-1] + bytes([lie[-1] | 0x80]) + b"\x80" * (len(told) - len(lie) - 1) + b"\x00"
    assert content.count(told) == 2
    path.write_bytes(content.replace(told, padded))
    assert pq.ParquetFile(path).metadata.row_group(0).column(0).total_uncompressed_size == 1_000
    source = source_of(reading, "parquet", decoded_bytes=20_000_000)
    fragments = source.fragments()
    (ref,) = source.chunks(fragments, 1_000)

    with pytest.raises(DataError, match=r"caps\.decoded_bytes"):
        source.read(fragments, ref, None)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])
