"""Builders for tests of HTTP sources."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from seawall.config.sources import HttpSource
from seawall.contracts import Caps, Request
from seawall.sources.http import HttpUpstream

PLANES = [{"tail": f"N{number}", "year": 1990 + number} for number in range(7)]
LOOPBACK = ["127.0.0.0/8"]


def source(url: str, *, env: dict[str, str] | None = None, **keys: Any) -> HttpUpstream:
    """A source for that URL, which may be on loopback."""
    section = {"type": "http", "url": url, "private_networks": LOOPBACK, **keys}
    return HttpUpstream(HttpSource.model_validate(section), env or {})


def request(tmp_path: Path, columns: tuple[str, ...] | None = None, **caps: int) -> Request:
    """What is asked for: rows of a day."""
    asked = Request("2013-07-01", datetime(2013, 7, 1, tzinfo=UTC), tmp_path, columns, Caps(**caps))
    return replace(asked, scratch=tmp_path)


def read(made: HttpUpstream, asked: Request) -> list[dict[str, Any]]:
    """All rows."""
    return [row for table in made.tables(asked) for row in table.to_pylist()]
