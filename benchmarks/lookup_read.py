"""Measures what a process of its own costs a lookup: python -m benchmarks.lookup_read [rows].

A million rows from Parquet, SQLite, HTTP (JSON lines on loopback) and a callable: read directly in
this process into an Arrow table, and through a preloaded process into a file that is mapped. The
ratio of the medians of five, alternating.
"""

from __future__ import annotations

import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa

from seawall.config.sources import (
    FilesSource,
    HttpSource,
    PythonSource,
    SourceSection,
    SqlSource,
)
from seawall.contracts import Request
from seawall.isolation import Isolation
from seawall.reads import Read, Reader, Terms
from seawall.sources.open import open_upstream
from tests.http_server import HttpServer, text

_TIMES = 5
_MODULES = ("pandas", "pyarrow.parquet", "httpx", "seawall.sources.delivery", "seawall.sources.sql")


def frame(rows: int) -> pd.DataFrame:
    """A lookup of so many keys."""
    keys = pd.RangeIndex(rows)
    return pd.DataFrame(
        {"key": keys, "name": "name " + (keys % 1000).astype(str), "value": keys * 0.5}
    )


def frames(*, rows: int) -> Iterator[pd.DataFrame]:
    """The lookup as a callable of one's own hands it over."""
    for start in range(0, rows, 100_000):
        part = frame(min(100_000, rows - start))
        yield part.assign(key=part["key"] + start)


def measure(rows: int) -> None:
    """Prints a line a source."""
    with tempfile.TemporaryDirectory(prefix="seawall-bench-") as name, closing(_Server()) as server:
        folder = Path(name)
        modules, here = [*_MODULES, "benchmarks.lookup_read"], str(Path(__file__).parents[1])
        with Isolation(preload=modules, path=[here]) as isolation:
            reader = Reader({}, lambda *_, **__: None, calls=isolation)
            for kind, section in _sections(folder, server.http, rows).items():
                direct, apart = _medians(section, reader, folder)
                ratio = f"{apart / direct:.2f}×"
                print(
                    f"{kind:8} directly {direct:6.2f} s, through a process {apart:6.2f} s  {ratio}"
                )


class _Server:
    def __init__(self) -> None:
        self.http = HttpServer()

    def close(self) -> None:
        self.http.stop()


def _sections(folder: Path, http: HttpServer, rows: int) -> dict[str, SourceSection]:
    found = frame(rows)
    found.to_parquet(folder / "rows.parquet", row_group_size=131_072)
    with closing(sqlite3.connect(folder / "rows.db")) as database:
        found.to_sql("rows", database, index=False)
    lines = found.to_json(orient="records", lines=True)
    url = http.route("/rows", text(lines, kind="application/x-ndjson"))
    use, sqlite = "benchmarks.lookup_read:frames", f"sqlite:///{folder}/rows.db"
    networks = ("127.0.0.0/8",)
    return {
        "parquet": FilesSource(type="parquet", path=str(folder / "rows.parquet")),
        "sqlite": SqlSource(type="sql", url=sqlite, query="SELECT * FROM rows"),
        "http": HttpSource(type="http", url=url, format="jsonl", private_networks=networks),
        "python": PythonSource.model_validate(
            {"type": "python", "use": use, "with": {"rows": rows}}
        ),
    }


def _medians(section: SourceSection, reader: Reader, folder: Path) -> tuple[float, float]:
    request = Request("b", datetime.now(UTC), folder)
    into = folder / "read.arrow"

    def directly() -> None:
        tables = [_table(piece) for piece in open_upstream(section, {}, folder).tables(request)]
        pa.concat_tables(tables, promote_options="permissive")

    def apart() -> None:
        found = reader.read(section, request, name="rows", into=into, terms=Terms(bounded=True))
        assert isinstance(found, Read), found
        with pa.memory_map(str(into)) as mapped:
            pa.ipc.open_file(mapped).read_all()

    apart()  # the process that the others are forked from is ready
    times = [(_seconds(directly), _seconds(apart)) for _ in range(_TIMES)]
    first, second = zip(*times, strict=True)
    return statistics.median(first), statistics.median(second)


def _table(piece: pa.Table | pd.DataFrame) -> pa.Table:
    return piece if isinstance(piece, pa.Table) else pa.Table.from_pandas(piece)


def _seconds(call: Callable[[], None]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
