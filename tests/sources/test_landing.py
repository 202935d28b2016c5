"""What a source sends becomes one file: the same bytes however it was cut, types widened, caps held."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seawall.contracts import Caps
from seawall.errors import DataError
from seawall.sources.landing import GROUP_ROWS, Landing, UnwrittenError

FORMATS = pytest.mark.parametrize("suffix", ["arrow", "parquet"])


def landed(path: Path, pieces: Sequence[pa.Table], caps: Caps = Caps()) -> Path:  # noqa: B008 - a value
    """The file with the pieces' rows."""
    landing = Landing(path, path.with_name(f"spare{path.suffix}"), caps)
    for piece in pieces:
        landing.add(piece)
    landing.close()
    return path


def rows_of(path: Path) -> pa.Table:
    """The file's rows."""
    if path.suffix == ".parquet":
        return pq.read_table(path)
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()


@cache
def numbers(rows: int, start: int = 0) -> pa.Table:
    """Rows of a number, which is null here and there, and a text."""
    values = range(start, start + rows)
    some = [None if value % 70_000 == 5 else value for value in values]
    return pa.table({"n": some, "t": [f"t{value % 1000}" for value in values]})


@FORMATS
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cuts=st.lists(st.integers(0, 300_000), max_size=6))
def test_the_same_rows_are_the_same_bytes(tmp_path: Path, suffix: str, cuts: list[int]) -> None:
    """However the rows are cut into pieces, the file is the same, byte for byte."""
    whole = numbers(300_000)
    borders = sorted({0, *cuts, 300_000})
    pieces = [whole.slice(a, b - a) for a, b in itertools.pairwise(borders)]
    one = landed(tmp_path / f"one.{suffix}", [whole])
    other = landed(tmp_path / f"other.{suffix}", pieces)

    assert one.read_bytes() == other.read_bytes()
    assert rows_of(other).equals(whole)


def test_row_groups_are_of_equal_size(tmp_path: Path) -> None:
    """Each row group but the last has exactly 131,072 rows."""
    path = landed(
        tmp_path / "a.parquet", [numbers(1_000, start) for start in range(0, 300_000, 1_000)]
    )
    footer = pq.ParquetFile(path).metadata
    sizes = [footer.row_group(group).num_rows for group in range(footer.num_row_groups)]

    assert sizes == [GROUP_ROWS, GROUP_ROWS, 300_000 - 2 * GROUP_ROWS]


@FORMATS
@pytest.mark.parametrize(
    ("first", "then", "type_"),
    [
        (pa.nulls(GROUP_ROWS), pa.array([1]), pa.int64()),
        (pa.array([1] * GROUP_ROWS), pa.array([0.5]), pa.float64()),
        (pa.array([1] * GROUP_ROWS, pa.int8()), pa.array([300], pa.int16()), pa.int16()),
        (pa.array(["a"] * GROUP_ROWS), pa.array(["b"], pa.large_string()), pa.large_string()),
    ],
)
def test_types_widen(
    tmp_path: Path, suffix: str, first: pa.Array, then: pa.Array, type_: pa.DataType
) -> None:
    """A column whose later values need a wider type has it in every row, those on disk too."""
    path = landed(tmp_path / f"a.{suffix}", [pa.table({"c": first}), pa.table({"c": then})])
    found = rows_of(path).column("c")

    assert (found.type, len(found)) == (type_, GROUP_ROWS + 1)
    assert found.to_pylist() == [*first.to_pylist(), *then.to_pylist()]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("first", "then"), [([1], ["a"]), ([2**60 + 1], [0.5]), ([True], ["yes"]), ([[1]], [1])]
)
def test_types_that_nothing_holds_are_refused(
    tmp_path: Path, first: list[Any], then: list[Any]
) -> None:
    """Types that no type holds without loss are a fault of the data, which names the column."""
    pieces = [pa.table({"c": first}), pa.table({"c": then})]

    with pytest.raises(DataError, match="changes its type from piece to piece: 'c'"):
        landed(tmp_path / "a.arrow", pieces)


@pytest.mark.parametrize(
    ("caps", "named"),
    [
        (Caps(rows=999), "rows"),
        (Caps(decoded_bytes=5000), "decoded_bytes"),
        (Caps(record_bytes=11), "record_bytes"),
    ],
)
def test_caps(tmp_path: Path, caps: Caps, named: str) -> None:
    """More rows, bytes or bytes in a record than allowed stop it, and the message says which cap."""
    with pytest.raises(DataError, match=f"raise caps: {named}"):
        landed(tmp_path / "a.arrow", [numbers(500), numbers(500, 500)], caps)


def test_caps_that_are_met_exactly(tmp_path: Path) -> None:
    """As many rows as the cap names are allowed."""
    assert rows_of(landed(tmp_path / "a.arrow", [numbers(500)], Caps(rows=500))).num_rows == 500


def test_giant_value_is_found_by_its_row(tmp_path: Path) -> None:
    """Of many small values and a giant one the row of the giant is named."""
    texts = ["x"] * 10_000 + ["y" * 100_000] + ["x"] * 10_000
    pieces = [pa.table({"t": ["z"] * 5}), pa.table({"t": texts})]

    with pytest.raises(DataError, match=r"row 10,005 has 100,\d+ bytes"):
        landed(tmp_path / "a.arrow", pieces, Caps(record_bytes=50_000))


def test_stops_as_rows_stream(tmp_path: Path) -> None:
    """A source that never ends is stopped by the cap."""
    landing = Landing(tmp_path / "a.arrow", tmp_path / "spare", Caps(rows=10_000))

    with pytest.raises(DataError):
        list(map(landing.add, itertools.repeat(numbers(1_000))))


@FORMATS
def test_no_rows(tmp_path: Path, suffix: str) -> None:
    """A piece without rows leaves a file with its columns; no piece at all leaves one without."""
    empty = landed(tmp_path / f"a.{suffix}", [numbers(0).cast(numbers(1).schema)])
    nothing = landed(tmp_path / f"b.{suffix}", [])

    assert rows_of(empty).schema == numbers(1).schema
    assert rows_of(nothing).num_columns == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@FORMATS
def test_full_disk_is_ours(tmp_path: Path, suffix: str) -> None:
    """A disk that refuses is told apart from an upstream that fails."""
    path = tmp_path / f"a.{suffix}"
    path.symlink_to("/dev/full")

    with pytest.raises(UnwrittenError, match="No space left"):
        landed(path, [numbers(300_000)])


def test_memory_holds_one_group(tmp_path: Path) -> None:
    """However many rows come, no more than a group and a piece are in memory."""
    landing = Landing(tmp_path / "a.parquet", tmp_path / "spare", Caps())
    before, highest = pa.total_allocated_bytes(), 0
    for start in range(0, 2_000_000, 50_000):
        landing.add(numbers.__wrapped__(50_000, start))
        highest = max(highest, pa.total_allocated_bytes() - before)
    landing.close()

    assert highest < 6 * numbers(GROUP_ROWS).nbytes
