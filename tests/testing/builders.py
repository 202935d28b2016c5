"""Every kind of source over the same rows: each writes them where it reads, and is a section."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest

from tests.distributions import install
from tests.http_server import Asked, pages, text

__all__ = ["KINDS", "Site", "rows_of"]

QUERY = "SELECT k, word, x FROM points"
MODULE = '''
"""Rows of a callable's own."""

import pandas as pd


def points(*, path: str, columns, root):
    frame = pd.read_parquet(root / path, columns=columns and list(columns))
    for start in range(0, max(1, len(frame)), 400):
        yield frame.iloc[start : start + 400]
'''
Section = dict[str, Any]


@dataclass(frozen=True)
class Site:
    """A project root, the rows, and the servers that a source may need."""

    root: Path
    table: pa.Table
    request: pytest.FixtureRequest

    def server(self, name: str) -> Any:
        """The fixture of that name, started when a kind of source asks for it."""
        return self.request.getfixturevalue(name)

    @property
    def records(self) -> list[dict[str, Any]]:
        """The rows, one by one."""
        return self.table.to_pylist()


def rows_of(number: int) -> pa.Table:
    """A key, text of which some is null, and floats."""
    return pa.table(
        {
            "k": pa.array(range(number), pa.int64()),
            "word": pa.array(
                [None if n % 7 == 0 else f"wörd {n}" for n in range(number)], pa.string()
            ),
            "x": pa.array([n / 4 for n in range(number)], pa.float64()),
        }
    )


def parquet(site: Site) -> Section:
    """Files by row group."""
    pq.write_table(site.table, site.root / "points.parquet", row_group_size=1_000)
    return {"type": "parquet", "path": "points.parquet"}


def csv(site: Site) -> Section:
    """Files by line."""
    pc.write_csv(site.table, site.root / "points.csv")
    return {"type": "csv", "path": "points.csv"}


def jsonl(site: Site) -> Section:
    """Files by object."""
    site.table.to_pandas().to_json(site.root / "points.jsonl", orient="records", lines=True)
    return {"type": "jsonl", "path": "points.jsonl"}


def csv_gz(site: Site) -> Section:
    """Files that are unpacked first."""
    csv(site)
    packed = gzip.compress((site.root / "points.csv").read_bytes())
    (site.root / "points.csv.gz").write_bytes(packed)
    return {"type": "csv", "path": "points.csv.gz"}


def s3_parquet(site: Site) -> Section:
    """Objects of a store, by ranges."""
    parquet(site)
    bucket = site.server("s3")
    url = bucket.put("points.parquet", (site.root / "points.parquet").read_bytes())
    return {"type": "parquet", "path": url, "storage": bucket.storage}


def s3_jsonl(site: Site) -> Section:
    """Objects of a store, by line."""
    jsonl(site)
    bucket = site.server("s3")
    url = bucket.put("points.jsonl", (site.root / "points.jsonl").read_bytes())
    return {"type": "jsonl", "path": url, "storage": bucket.storage}


def sqlite(site: Site) -> Section:
    """A database in a file."""
    with sqlite3.connect(site.root / "points.db") as base:
        base.execute("CREATE TABLE points (k INTEGER, word TEXT, x REAL)")
        base.executemany("INSERT INTO points VALUES (:k, :word, :x)", site.records)
    base.close()
    return {"type": "sql", "url": "sqlite:///points.db", "query": f"{QUERY} ORDER BY k"}


def sqlite_ranges(site: Site) -> Section:
    """A database in a file, asked for ranges of a key."""
    return {**sqlite(site), "query": QUERY, "page_by": "k"}


def postgres(site: Site) -> Section:
    """A database server, by a cursor of its own."""
    base = site.server("postgres").database("points")
    base.run("CREATE TABLE points (k BIGINT, word TEXT, x DOUBLE PRECISION)")
    if site.table.num_rows:
        base.run(
            "INSERT INTO points SELECT n, CASE WHEN n % 7 = 0 THEN NULL ELSE 'wörd ' || n END, n / 4.0"
            f" FROM generate_series(0, {site.table.num_rows - 1}) AS n"
        )
    return {"type": "sql", "url": base.url, "query": f"{QUERY} ORDER BY k"}


def postgres_ranges(site: Site) -> Section:
    """A database server, asked for ranges of a key."""
    return {**postgres(site), "query": QUERY, "page_by": "k"}


def http_json(site: Site) -> Section:
    """A service that answers page by page."""
    script = pages(site.records, 1_000, lambda asked: (int(asked.query["p"]) - 1) * 1_000)
    url = site.server("http_server").route("/points", script)
    page = {"by": "page", "parameter": "p", "size": 1_000}
    return {"type": "http", "url": url, "pages": page, "private_networks": ["127.0.0.0/8"]}


def http_csv(site: Site) -> Section:
    """A service that answers with a file."""
    csv(site)
    answer = text((site.root / "points.csv").read_bytes(), kind="text/csv")
    url = site.server("http_server").route("/points.csv", _always(answer))
    networks = ["127.0.0.0/8"]
    return {"type": "http", "url": url, "format": "csv", "private_networks": networks}


def _always(answer: Any) -> Callable[[Asked], Any]:
    return lambda _: answer


def python(site: Site) -> Section:
    """A callable of the project's."""
    parquet(site)
    (site.root / "unit_points.py").write_text(MODULE)
    site.server("monkeypatch").syspath_prepend(str(site.root))
    return {"type": "python", "use": "unit_points:points", "with": {"path": "points.parquet"}}


def plug_in(site: Site) -> Section:
    """A source of another distribution's."""
    parquet(site)
    site.server("monkeypatch").syspath_prepend(str(install("lighthouse", site.root / "site")))
    return {"type": "lighthouse", "with": {"log": "points.parquet", "rows": 900}}


KINDS: dict[str, Callable[[Site], Section]] = {
    kind.__name__: kind
    for kind in (
        parquet,
        csv,
        jsonl,
        csv_gz,
        s3_parquet,
        s3_jsonl,
        sqlite,
        sqlite_ranges,
        postgres,
        postgres_ranges,
        http_json,
        http_csv,
        python,
        plug_in,
    )
}
