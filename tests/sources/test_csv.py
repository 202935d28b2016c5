"""CSV: what a record is, what is refused, and where the fault stands."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import os
import pickle
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from seawall.config.sources import CsvFormat
from seawall.errors import DataError, TemporaryError, UnavailableError
from seawall.sources import blocks

TEXT = st.text(alphabet=st.sampled_from("ab ,;\"'\n\r\té€"), max_size=6)


def error_of(reading: Any, text: bytes | str, rows: int = 1_000, **layout: Any) -> DataError:
    """What is said of a file with this content."""
    reading.write("part.csv", text)
    with pytest.raises(DataError) as caught:
        reading.rows(reading.source("csv", **layout), rows)
    return caught.value


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    table=st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(TEXT, min_size=width, max_size=width), max_size=12)
    ),
    rows=st.integers(1, 14),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.booleans(),
)
def test_reads_what_the_csv_module_reads(
    new_reading: Callable[[], Any], table: list[list[str]], rows: int, quoting: int, *, end: bool
) -> None:
    """Any table that Python's csv module writes is read as that module reads it, in chunks of any size."""
    width = len(table[0]) if table else 2
    names = [f"c{number}" for number in range(width)]
    text = io.StringIO(newline="")
    csv.writer(text, quoting=quoting, lineterminator="\r\n").writerows([names, *table])
    written = text.getvalue() if end or not table else text.getvalue().removesuffix("\r\n")
    reading = new_reading()
    reading.write("part.csv", written)
    refs, tables = reading.chunks(reading.source("csv", nulls=()), rows)
    expected = list(csv.reader(io.StringIO(written, newline="")))[1:]

    assert [list(row.values()) for part in tables for row in part.to_pylist()] == expected
    assert all(part.num_rows == ref.rows <= rows for part, ref in zip(tables, refs, strict=True))
    assert [ref.first_row for ref in refs] == list(range(0, len(expected), rows))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("block", [1, 2, 3, 5, 7])
def test_block_borders_do_not_show(block: int, end: str, reading: Any, tmp_path: Any) -> None:
    """Records are the same wherever the blocks of the file are cut, blank lines and quotes included."""
    text = f'a,b{end}{end}1,"x{end}y"{end}{end}2,"say ""hi"""{end}3,{end}{end}4,"",'.removesuffix(
        ","
    )
    path = reading.write("part.csv", text)
    source = reading.source("csv")
    fragments = source.fragments()
    expected = [(ref.spans[0].start, ref.spans[0].stop) for ref in source.chunks(fragments, 1)]
    quoting = blocks.Quoting(ord('"'), ord(","))

    with path.open("rb") as file:
        pieces = blocks.record_ends(file, quoting, where=path, block=block)
        found = [end for ends in pieces for end in ends.tolist()]
    assert [stop for _, stop in expected] == found[1:]


def test_quoted_line_ends_stay(reading: Any) -> None:
    """A line end between quotes is part of the value, and a doubled quote is one."""
    reading.write("part.csv", 'k,v\n1,"a\nb"\n2,"say ""hi"""\n3,"x\r\ny"\n')

    values = [row["v"] for row in reading.rows(reading.source("csv"), rows=1)]
    assert values == ["a\nb", 'say "hi"', "x\r\ny"]


def test_empty_is_null_and_quoted_empty_is_text(reading: Any) -> None:
    """Nothing between delimiters is null; two quotes are a text without characters."""
    reading.write("part.csv", 'k,v\n1,\n2,""\n')

    assert [row["v"] for row in reading.rows(reading.source("csv"))] == [None, ""]


def test_layout(reading: Any) -> None:
    """Delimiter, quote and null words are those of the layout."""
    reading.write("part.csv", "k;v\n'1;2';NA\n\"x\";y\n")
    source = reading.source("csv", delimiter=";", quote="'", nulls=("NA",))

    assert reading.rows(source) == [{"k": "1;2", "v": None}, {"k": '"x"', "v": "y"}]


def test_impossible_layout(reading: Any) -> None:
    """A delimiter that ends lines is refused by name."""
    with pytest.raises(DataError, match=r"^csv\.delimiter: "):
        reading.source("csv", delimiter="\n")


@pytest.mark.parametrize("layout", [{"quote": "€"}, {"delimiter": "ab"}, {"quote": ","}])
def test_layout_that_the_file_may_not_declare(layout: dict[str, str]) -> None:
    """A quote or delimiter that is no single byte, or both the same, is a fault of the file."""
    with pytest.raises(ValidationError):
        CsvFormat(**layout)


def test_header_only(reading: Any) -> None:
    """A file with a header alone has no chunk, with and without a line end."""
    reading.write("a.csv", "k,v\n")
    reading.write("b.csv", "k,v")

    assert reading.chunks(reading.source("csv"), 10) == ([], [])


def test_quoted_header(reading: Any) -> None:
    """A header's names may hold delimiters and line ends between quotes."""
    reading.write("part.csv", '"a,b","c\nd"\n1,2\n')

    assert reading.rows(reading.source("csv")) == [{"a,b": "1", "c\nd": "2"}]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "an empty file"),
        (b"\n\n", "an empty file"),
        (b"\xef\xbb\xbfk,v\n1,2\n", "a byte order mark"),
        (gzip.compress(b"k,v\n1,2\n", mtime=0), "a compressed file"),
        (b"k,k\n1,2\n", "a header with empty or repeated names"),
        (b"k,\n1,2\n", "a header with empty or repeated names"),
        (b"k\xff", "text that is not UTF-8"),
        (b"k,v\r1,2\r", "carriage returns as line ends"),
    ],
)
def test_foreign_files_are_refused(reading: Any, content: bytes, said: str) -> None:
    """A file that is no CSV as declared is named, and what is wrong with it is said."""
    error = error_of(reading, content)

    assert said in error.what
    assert "part.csv" in error.where


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
@pytest.mark.parametrize(
    ("pack", "name", "todo"),
    [
        (gzip.compress, "gzip", "compression: gzip"),
        (bz2.compress, "bz2", "compression: bz2"),
        (lzma.compress, "xz", "compression: xz"),
        (lambda content: b"PK\x03\x04" + content, "zip", "written as gzip"),
    ],
)
def test_compressed_files_say_how_to_declare_them(
    reading: Any, kind: str, pack: Callable[[bytes], bytes], name: str, todo: str
) -> None:
    """A compressed file under a name that doesn't say so is told with what to write in the file."""
    reading.write(f"part.{kind}", pack(b'{"k": 1}\n'))
    with pytest.raises(DataError, match="a compressed file") as caught:
        reading.chunks(reading.source(kind), 10)

    assert (caught.value.seen, todo in caught.value.todo) == (name, True)


def test_bytes_that_are_not_utf8(reading: Any) -> None:
    """Bytes that are not UTF-8 are named by line and byte, also far behind the header."""
    head = b"k,v\n" + b"1,abcdefgh\n" * 100_000
    error = error_of(reading, head + b"2,caf\xe9 au lait\n3,x\n", rows=30_000)

    assert error.where.endswith("part.csv:100002 (row 100,000 of the batch)")
    assert error.seen == f"e9 20 61 75 20 6c 61 69, at byte {len(head) + 5:,}"


@pytest.mark.parametrize("rows", [1, 2, 10])
def test_wrong_number_of_fields(reading: Any, rows: int) -> None:
    """A line with a field too many is named by its line in the file and its row in the batch."""
    error = error_of(reading, 'k,v\n1,"a\nb"\n\n2,3\n4,5,6\n7,8\n', rows)

    assert error.where.endswith("part.csv:6 (row 2 of the batch)")
    assert (error.seen, error.allowed) == ("3 fields: 4,5,6", "2 fields")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('k,v\n1,5" pipe\n2,6" pipe\n', 2),
        ('k,v\n1,x\n2,"a"b\n', 3),
        ('k,v\n1,x\n2,"never closed\n3,y\n', 3),
        ('k,v\n1,x\n2,"', 3),
    ],
)
def test_stray_quotes(reading: Any, text: str, line: int) -> None:
    """A quote amid a field, or one that is never closed, is refused at its line: readers disagree."""
    error = error_of(reading, text)

    assert "a quote" in error.what
    assert error.where.endswith(f"part.csv, line {line}")


def test_lone_carriage_return(reading: Any) -> None:
    """A carriage return amid a field without quotes is refused: Arrow would take it for a line's end."""
    error = error_of(reading, "k\n1\n2\r3\n")

    assert "no records" in error.what


def test_other_header(reading: Any) -> None:
    """A file with another header than the first one's is named."""
    reading.write("a.csv", "k,v\n1,2\n")
    reading.write("b.csv", "v,k\n1,2\n")
    source = reading.source("csv")

    with pytest.raises(DataError, match=r"b\.csv"):
        source.schema(source.fragments())


def test_missing_input(reading: Any) -> None:
    """Without a file the input is unavailable, and what the folder holds is said."""
    with pytest.raises(UnavailableError, match="holds nothing"):
        reading.source("csv").fragments()


def test_input_that_changed(reading: Any) -> None:
    """A file that grew, or is gone, since it was listed is a temporary error."""
    path = reading.write("part.csv", "k\n1\n")
    source = reading.source("csv")
    fragments = source.fragments()
    (ref,) = source.chunks(fragments, 10)
    path.write_text("k\n1\n2\n")
    with pytest.raises(TemporaryError, match="6 bytes, and 4 when planned"):
        source.read(fragments, ref, None)
    path.write_text("k\n2\n")
    os.utime(path, ns=(0, 0))
    with pytest.raises(TemporaryError, match="as many bytes, written at 1970-01-01T00:00:00"):
        source.read(fragments, ref, None)
    path.unlink()
    with pytest.raises(TemporaryError, match="is gone"):
        source.read(fragments, ref, None)


def test_planning_does_not_hold_the_file(reading: Any) -> None:
    """Cutting a file of 32 MiB into chunks takes less memory than the file has bytes."""
    reading.write("part.csv", "k,v\n" + '1,"abcdefghijkl"\n' * 2_000_000)
    source = reading.source("csv")
    fragments = source.fragments()
    tracemalloc.start()
    try:
        chunks = sum(1 for _ in source.chunks(fragments, 100_000))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert chunks == 20
    assert peak < 24 << 20


def test_source_and_chunks_pickle(reading: Any) -> None:
    """A worker process reads the same rows from the source and the reference that it is sent."""
    reading.write("part.csv", "k\n1\n2\n3\n")
    source = reading.source("csv")
    fragments = source.fragments()
    ref = list(source.chunks(fragments, 2))[1]
    sent, where = pickle.loads(pickle.dumps((source, ref)))

    assert sent.read(fragments, where, ["k"]).table.to_pylist() == [{"k": "3"}]
