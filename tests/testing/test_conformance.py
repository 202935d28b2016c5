"""Every source that seawall has keeps the laws that it asks of others' sources."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from seawall.config.sources import SourceSection
from seawall.contracts import Request, Source
from seawall.sources import open_upstream
from seawall.testing import check_source
from tests.testing.builders import KINDS, Site, rows_of

pytestmark = pytest.mark.upstreams

ROWS = 2_500
COLUMNS = ("k", "word", "x")
BATCH = datetime(2024, 3, 1, tzinfo=UTC)
# an empty file of JSON lines says nothing of its columns; it is refused (tests/sources/test_jsonl.py)
EMPTY = [kind for kind in KINDS if "jsonl" not in kind]
Opened = Callable[..., tuple[Callable[[], Source], Request]]


@pytest.fixture
def opened(tmp_path: Path, request: pytest.FixtureRequest) -> Opened:
    """What makes a source of a kind, with so many rows in its upstream, and what it is asked."""

    def made(
        kind: str, rows: int, columns: tuple[str, ...] | None = None
    ) -> tuple[Callable[[], Source], Request]:
        section = TypeAdapter(SourceSection).validate_python(
            KINDS[kind](Site(tmp_path, rows_of(rows), request))
        )
        asked = Request("2024-03-01", BATCH, tmp_path, columns)
        return lambda: open_upstream(section, {}, tmp_path), asked

    return made


@pytest.mark.parametrize("kind", KINDS)
def test_a_built_in_source_keeps_every_law(opened: Opened, kind: str) -> None:
    """Rows, columns, order, bounds, time, forks: whatever `check_source` asks of a source."""
    check_source(*opened(kind, ROWS), expected_rows=ROWS, key="k")


@pytest.mark.parametrize("kind", EMPTY)
def test_a_batch_without_rows_keeps_every_law(opened: Opened, kind: str) -> None:
    """An upstream that has nothing for the batch answers with a table without rows."""
    check_source(*opened(kind, 0, COLUMNS), expected_rows=0)


@pytest.mark.parametrize("kind", ["parquet", "csv", "jsonl", "csv_gz", "sqlite", "sqlite_ranges"])
def test_pieces_do_not_grow_with_the_upstream(opened: Opened, kind: str) -> None:
    """A hundred and fifty thousand rows come in several pieces."""
    source, asked = opened(kind, 150_000)

    sizes = [len(piece) for piece in source().tables(asked)]

    assert sum(sizes) == 150_000
    assert max(sizes) <= 131_072
