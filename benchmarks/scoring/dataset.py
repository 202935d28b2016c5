"""The job at several sizes: a year of flights, repeated, as one batch of Parquet files."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.flight_delays import inputs, prepare

__all__ = ["BATCH", "build"]

BATCH = "2013"
_ROW_GROUP_ROWS = 131_072
_YEARS_A_FILE = 3
_NOISE_MIN = 2
_ID_STEP = 10_000_000_000_000
_PIPELINES = Path(prepare.__file__).resolve().parents[1]


def build(work: Path, millions: float) -> tuple[Path, int]:
    """A project folder with about so many million flights, and their number.

    They are whole years, or the first flights of one. What was built before is taken as it is.
    """
    project, rows = work / f"{millions:g}", round(millions * 1e6)
    counted = project / "rows"
    if not counted.exists():
        base = _base(work)
        shutil.rmtree(project, ignore_errors=True)
        for name in ("data", "models"):
            shutil.copytree(base / name, project / name, ignore=lambda *_: ["flights"])
        (project / ".seawall").mkdir()
        shutil.copytree(_PIPELINES, project / "pipelines")
        counted.write_text(str(_write(project / "data/flights", rows)))
    return project, int(counted.read_text())


def _base(work: Path) -> Path:
    """The lookups and the model; the flights are written at their sizes."""
    for line in prepare.prepare(work / "base", ["2013-01-01"]):
        print(line)
    return (work / "base").resolve()


def _write(folder: Path, rows: int) -> int:
    folder.mkdir(parents=True)
    year = inputs.read_flights().head(rows)
    years = max(1, round(rows / len(year)))
    random = np.random.default_rng(2013)
    for number, first in enumerate(range(0, years, _YEARS_A_FILE)):
        repeats = range(first, min(first + _YEARS_A_FILE, years))
        frame = pd.concat([_again(year, repeat, random) for repeat in repeats], ignore_index=True)
        table = inputs.as_table(frame)
        _write_file(folder / f"flights-{number:03d}.parquet", table)
    return len(year) * years


def _again(year: pd.DataFrame, repeat: int, random: np.random.Generator) -> pd.DataFrame:
    """The year's flights with other ids, and delays that differ by minutes; the first is the original."""
    noise = random.integers(-_NOISE_MIN, _NOISE_MIN, len(year), endpoint=True) * (repeat > 0)
    return year.assign(
        flight_id=year["flight_id"] + repeat * _ID_STEP, dep_delay=year["dep_delay"] + noise
    )


def _write_file(path: Path, table: pa.Table) -> None:
    pq.write_table(table, path, row_group_size=_ROW_GROUP_ROWS)
