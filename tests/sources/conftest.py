"""Sources over files that a test writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from seawall.config.sources import CsvFormat
from seawall.contracts import ChunkedSource, ChunkRef
from seawall.sources import FileSource, open_source
from seawall.sources.refused import whole


@dataclass(frozen=True)
class Reading:
    """A source over the files in a folder, and what its chunks hold."""

    folder: Path

    def write(self, name: str, content: bytes | str) -> Path:
        """A file of the batch."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def table(self, name: str, table: pa.Table, *, group: int | None = None) -> Path:
        """A Parquet file of the batch, in row groups of `group` rows."""
        path = self.folder / name
        pq.write_table(table, path, row_group_size=group)
        return path

    def source(
        self, kind: str, *, types: dict[str, pa.DataType] | None = None, **layout: Any
    ) -> ChunkedSource:
        """The source over all files of the folder; `layout` is the CSV's."""
        files = FileSource(kind, f"{self.folder}/*", CsvFormat(**layout))
        return open_source(files, types or {})

    def chunks(self, source: ChunkedSource, rows: int) -> tuple[list[ChunkRef], list[pa.Table]]:
        """Every chunk of the batch, with its table."""
        fragments = source.fragments()
        refs = list(source.chunks(fragments, rows))
        return refs, [whole(source.read(fragments, ref, None), ref.first_row).table for ref in refs]

    def rows(self, source: ChunkedSource, rows: int = 1_000) -> list[dict[str, Any]]:
        """Every row of the batch, read in chunks."""
        return together(self.chunks(source, rows)[1])


def together(tables: Iterable[pa.Table]) -> list[dict[str, Any]]:
    """The rows of all tables."""
    return [row for table in tables for row in table.to_pylist()]


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    """A batch's folder."""
    folder = tmp_path / "batch"
    folder.mkdir()
    return Reading(folder)


@pytest.fixture
def new_reading(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Reading]:
    """A batch's folder for each example of a property."""
    return lambda: Reading(tmp_path_factory.mktemp("batch"))
