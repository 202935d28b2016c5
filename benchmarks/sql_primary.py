"""Measures reading from PostgreSQL: python -m benchmarks.sql_primary [rows].

First a million rows: what psycopg's own cursor takes to hand them over, and what it takes until they
stand in an Arrow file that a process of its own wrote. Then whole runs over a primary in PostgreSQL,
of a tenth of `rows` (5,000,000) and of all of them: the peak memory of the run's process and of
the one that reads, and how much the tenfold input adds to each.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psutil

from seawall.config.sources import SqlSource
from seawall.contracts import Request
from seawall.isolation import Isolation
from seawall.reads import Read, Reader, Terms
from tests.postgres import Postgres, serving

_MILLION, _TIMES = 1_000_000, 3
_TABLE = """
CREATE TABLE IF NOT EXISTS rows AS SELECT k AS id, (k % 97)::int4 AS kind, k * 0.5::float8 AS load,
  'name ' || k % 1000 AS name, now() + k * interval '1 second' AS at, k % 3 = 0 AS odd
FROM generate_series(1, {rows}) AS k
"""
_PIPELINE = """
pipeline: sql_primary
as_of: "2024-01-01T00:00:00Z"
ingest:
  primary:
    type: sql
    url: ${env:ROWS}
    query: SELECT * FROM rows WHERE id <= :most
    params: {most: MOST}
    key: id
    chunk_rows: 100_000
validate:
  columns:
    id: {dtype: int64}
    kind: {dtype: int32}
    load: {dtype: float64}
    name: {dtype: string}
    odd: {dtype: bool}
predict: {model: {type: python, use: "scorer:Scorer"}, method: predict, outputs: [score]}
check_output: {bounds: {score: {min: 0, max: 100000000}}}
publish: {type: files, path: out}
"""
_SCORER = """
class Scorer:
    feature_names_in_ = ("load", "kind")
    def predict(self, features):
        return (features["load"] + features["kind"]).to_numpy()
"""


def measure(rows: int) -> None:
    """Prints the ratio of the times, and a line a run."""
    with serving() as server, tempfile.TemporaryDirectory(prefix="seawall-bench-") as folder:
        server.run(_TABLE.format(rows=rows))
        server.run("ANALYZE rows")
        driver_s = _median(lambda: _driver(server))
        seconds = _through_a_process(server, Path(folder))
        print(f"1,000,000 rows, driver alone      {driver_s:6.2f} s")
        print(f"1,000,000 rows, to an Arrow file  {seconds:6.2f} s  {seconds / driver_s:.2f}×")
        peaks = [_run(server, Path(folder), most) for most in (rows // 10, rows)]
        for role in ("run", "reader"):
            small, large = (peak[role] for peak in peaks)
            print(f"peak of the {role:<6} {small:6.0f} MB → {large:6.0f} MB  {large / small:.2f}×")


def _driver(server: Postgres) -> None:
    import psycopg

    with psycopg.connect(server.url) as connection, connection.cursor("all", binary=True) as cursor:
        cursor.execute("SELECT * FROM rows WHERE id <= %s", [_MILLION])
        while cursor.fetchmany(20_000):
            pass


def _through_a_process(server: Postgres, folder: Path) -> float:
    """The seconds of one read, once the process is ready."""
    query = "SELECT * FROM rows WHERE id <= :most"
    section = SqlSource(type="sql", url=server.url, query=query, params={"most": _MILLION})
    request = Request("b", datetime.now(UTC), folder)
    preload = ("pandas", "seawall.sources.sql", "seawall.sources.postgres", "psycopg")
    with Isolation(preload=preload) as isolation:
        reader = Reader({}, lambda *_, **__: None, calls=isolation)

        def read() -> None:
            into = folder / "rows.arrow"
            found = reader.read(section, request, name="rows", into=into, terms=Terms())
            assert isinstance(found, Read), found

        read()
        return _median(read)


def _run(server: Postgres, folder: Path, most: int) -> dict[str, float]:
    """The peaks in MB of a run over so many rows, by role."""
    project = folder / f"run-{most}"
    project.mkdir()
    (project / "pyproject.toml").write_text("")
    (project / "pipeline.yaml").write_text(_PIPELINE.replace("MOST", str(most)))
    (project / "scorer.py").write_text(_SCORER)
    line = [sys.executable, "-m", "seawall", "run", "pipeline.yaml", "--batch", "b"]
    begun = time.monotonic()
    home = str(Path(__file__).resolve().parents[1] / "framework")
    env = {"ROWS": server.url, "PYTHONPATH": home, "PATH": "/usr/bin:/bin"}
    process = subprocess.Popen(line, cwd=project, env=env, stderr=subprocess.DEVNULL)
    peaks = {"run": 0.0, "reader": 0.0}
    while process.poll() is None:
        for role, pid in _processes(process.pid):
            peaks[role] = max(peaks[role], _peak(pid))
        time.sleep(0.02)
    assert process.returncode == 0, process.returncode
    print(f"{most:,} rows: published in {time.monotonic() - begun:.1f} s")
    return peaks


def _processes(pid: int) -> list[tuple[str, int]]:
    try:
        below = psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        below = []
    return [("run", pid), *(("reader", child.pid) for child in below)]


def _peak(pid: int) -> float:
    """The most memory that the process has had, in MB; 0 once it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    lines = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(lines[0].split()[1]) / 1024 if lines else 0.0


def _median(call: Callable[[], None]) -> float:
    times = []
    for _ in range(_TIMES):
        begun = time.perf_counter()
        call()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000)
