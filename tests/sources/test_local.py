"""Local files as an upstream: every row in order, the wanted columns, a time."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from seawall.config.sources import FilesSource
from seawall.contracts import Request
from seawall.errors import DataError, UnavailableError
from seawall.sources import open_upstream


def asked(root: Path, *columns: str) -> Request:
    """A request for these columns, or for all."""
    return Request("2013-07-01", datetime(2013, 7, 2, tzinfo=UTC), root, columns or None)


def upstream(root: Path, kind: str = "parquet", path: str = "rows/*") -> Any:
    """The files of a folder."""
    return open_upstream(FilesSource(type=kind, path=path), {}, root)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the batch's files are."""
    (tmp_path / "rows").mkdir()
    return tmp_path


def test_rows_of_all_files_come_in_order(folder: Path) -> None:
    """The tables together are the files' rows, by path."""
    for number in (1, 0):
        pq.write_table(
            pa.table({"n": [number * 2, number * 2 + 1]}), folder / f"rows/{number}.parquet"
        )

    tables = list(upstream(folder).tables(asked(folder)))

    assert pa.concat_tables(tables)["n"].to_pylist() == [0, 1, 2, 3]


@pytest.mark.parametrize("kind", ["parquet", "csv", "jsonl"])
def test_only_wanted_columns_are_read(folder: Path, kind: str) -> None:
    """Of two columns the one that is asked for comes back."""
    write(folder / f"rows/a.{kind}", kind)

    (table,) = upstream(folder, kind).tables(asked(folder, "b"))

    assert table.column_names == ["b"]


def write(path: Path, kind: str) -> None:
    """A file of two columns and one row."""
    if kind == "parquet":
        pq.write_table(pa.table({"a": [1], "b": [2]}), path)
    else:
        path.write_text("a,b\n1,2\n" if kind == "csv" else '{"a": 1, "b": 2}\n')


def test_files_without_rows_keep_their_columns(folder: Path) -> None:
    """A header and nothing behind it is a table without rows."""
    (folder / "rows/a.csv").write_text("a,b\n")

    (table,) = upstream(folder, "csv").tables(asked(folder))

    assert (table.num_rows, table.column_names) == (0, ["a", "b"])


def test_a_missing_column_is_named_with_the_nearest(folder: Path) -> None:
    """The error says which columns there are, and which of them may be meant."""
    write(folder / "rows/a.csv", "csv")

    with pytest.raises(DataError) as refused:
        list(upstream(folder, "csv").tables(asked(folder, "B")))

    assert (refused.value.seen, refused.value.todo) == ("the columns a, b", "did you mean 'b'?")


def test_as_of_is_the_newest_files_time(folder: Path) -> None:
    """After the last table the source knows when its rows are from, with a zone."""
    write(folder / "rows/a.csv", "csv")
    source = upstream(folder, "csv")
    list(source.tables(asked(folder)))

    written = (folder / "rows/a.csv").stat().st_mtime_ns / 1e9  # as_of is made of the nanoseconds

    assert source.as_of == datetime.fromtimestamp(written, UTC)


def test_no_file_is_an_upstream_that_is_not_there(folder: Path) -> None:
    """The error is the one that means unavailable."""
    with pytest.raises(UnavailableError, match="missing"):
        list(upstream(folder).tables(asked(folder)))


@pytest.mark.parametrize(
    ("path", "compression", "packed"),
    [
        ("a.csv.gz", "by name", True),
        ("a.csv", "by name", False),
        ("a.csv.gz", "none", False),
        ("a.csv", "zstd", True),
    ],
)
def test_compression_is_told_by_the_name_or_by_the_file(
    path: str, compression: Any, packed: Any
) -> None:
    """Whether the files must be unpacked first follows from what is declared, else from the name."""
    section = FilesSource(type="csv", path=path, compression=compression)

    assert section.compressed is packed
