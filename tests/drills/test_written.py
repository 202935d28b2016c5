"""Recorded rows as files: they come back as they were."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from seawall.config.sources import CsvFormat
from seawall.drills.written import copied, dated, write_rows
from seawall.sources import FileSource, open_source

NOW = datetime(2024, 3, 1, 6, tzinfo=UTC)
ROWS = pa.table(
    {
        "name": ["Oslo", 'Bonn, "West"', None],
        "load": [1.5, None, -3.0],
        "ok": [True, False, None],
        "at": pa.array([NOW, None, NOW], pa.timestamp("us", tz="UTC")),
    }
)


def read(path: Path, layout: CsvFormat) -> list[dict[str, object]]:
    """The rows as a run reads them, before a contract types them."""
    source = open_source(FileSource(path.suffix[1:], str(path), layout), {})
    fragments = source.fragments()
    (ref,) = source.chunks(fragments, 100)
    return source.read(fragments, ref, None).table.to_pylist()


def test_parquet_is_the_table_itself(tmp_path: Path) -> None:
    """Types and nulls are kept."""
    write_rows(ROWS.slice(0, 1), tmp_path / "rows.parquet", None)

    assert read(tmp_path / "rows.parquet", CsvFormat()) == ROWS.slice(0, 1).to_pylist()


def test_csv_is_text_that_reads_as_the_values(tmp_path: Path) -> None:
    """Quotes and delimiters survive, nulls are the layout's own, times carry their zone."""
    layout = CsvFormat(delimiter=";", nulls=["NA"])

    write_rows(ROWS, tmp_path / "rows.csv", layout)
    first, second, third = read(tmp_path / "rows.csv", layout)

    assert first == {"name": "Oslo", "load": "1.5", "ok": "true", "at": "2024-03-01T06:00:00+00:00"}
    assert second == {"name": 'Bonn, "West"', "load": None, "ok": "false", "at": None}
    assert (third["name"], third["load"], third["ok"]) == (None, "-3.0", None)


def test_json_lines_keep_numbers_and_nulls(tmp_path: Path) -> None:
    """A time is text there, as it is in every JSON."""
    write_rows(ROWS.select(["name", "load"]), tmp_path / "rows.jsonl", None)

    assert read(tmp_path / "rows.jsonl", CsvFormat()) == ROWS.select(["name", "load"]).to_pylist()


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_copies_are_found_by_their_pattern_and_keep_their_times(tmp_path: Path, name: str) -> None:
    """The copy of a file is as old as the file."""
    (tmp_path / name).write_text("x")
    dated(tmp_path / name, NOW)

    pattern = copied(str(tmp_path / name), tmp_path / "copies")
    (path,) = (tmp_path / "copies").glob(Path(pattern).name)

    assert path.stat().st_mtime == NOW.timestamp()
