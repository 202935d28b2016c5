"""Every source that seawall has keeps the laws that it asks of others' sources."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from seawall.config.sources import SourceSection
from seawall.contracts import Request
from seawall.sources import open_upstream
from seawall.testing import check_source
from tests.testing.builders import KINDS, Site, rows_of

ROWS = 2_500
COLUMNS = ("k", "word", "x")
BATCH = datetime(2024, 3, 1, tzinfo=UTC)
# an empty file of JSON lines says nothing of its columns; it is refused (tests/sources/test_jsonl.py)
EMPTY = [kind for kind in KINDS if "jsonl" not in kind]
Check = Callable[..., None]


@pytest.fixture
def check(tmp_path: Path, request: pytest.FixtureRequest) -> Check:
    """Holds a kind of source to the laws, with so many rows in its upstream."""

    def checked(kind: str, rows: int, columns: tuple[str, ...] | None = None, **given: Any) -> None:
        site = Site(tmp_path, rows_of(rows), request)
        section = TypeAdapter(SourceSection).validate_python(KINDS[kind](site))
        asked = Request("2024-03-01", BATCH, tmp_path, columns)
        check_source(
            lambda: open_upstream(section, {}, tmp_path), asked, expected_rows=rows, **given
        )

    return checked


@pytest.mark.parametrize("kind", KINDS)
def test_a_built_in_source_keeps_every_law(check: Check, kind: str) -> None:
    """Rows, columns, order, bounds, time, forks: whatever `check_source` asks of a source."""
    check(kind, ROWS, key="k")


@pytest.mark.parametrize("kind", EMPTY)
def test_a_batch_without_rows_keeps_every_law(check: Check, kind: str) -> None:
    """An upstream that has nothing for the batch answers with a table without rows."""
    check(kind, 0, COLUMNS)


@pytest.mark.parametrize("kind", ["parquet", "csv", "jsonl", "sqlite"])
def test_pieces_do_not_grow_with_the_upstream(check: Check, kind: str) -> None:
    """A hundred and fifty thousand rows come in several pieces."""
    check(kind, 150_000, key="k", piece_rows=131_072)
