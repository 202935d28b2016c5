"""A peer: the job as a tuned loop over row groups, every lookup prepared once.

Arguments: project folder, output.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import skops.io
from numpy.typing import NDArray

TRUSTED = ["sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"]
ORIGINS = ["EWR", "JFK", "LGA"]
HOUR_US = 3_600_000_000
COLUMNS = [
    "flight_id",
    "year",
    "time_hour",
    "dep_time",
    "dep_delay",
    "sched_dep_time",
    "sched_arr_time",
    "carrier",
    "tailnum",
    "origin",
    "dest",
    "distance",
]


def chunks(folder: Path) -> Iterator[pd.DataFrame]:
    """The departed flights of one row group after another; texts are categories."""
    for path in sorted(folder.glob("*.parquet")):
        with pq.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                frame = file.read_row_group(group, columns=COLUMNS).to_pandas()
                yield frame[frame["dep_time"].notna()]


class Weather:
    """The weather as an array by hour and origin."""

    def __init__(self, path: Path) -> None:
        query = "SELECT origin, time_hour, temp, wind_speed, precip, visib FROM weather"
        with closing(sqlite3.connect(path)) as database:
            rows = pd.read_sql(query, database)
        hours = hours_of(pd.to_datetime(rows["time_hour"], utc=True).dt.as_unit("us"))
        self.first = int(hours.min())
        self.hours = int(hours.max()) - self.first + 1
        self.values = np.full((self.hours * len(ORIGINS) + 1, 4), np.nan)
        origin = pd.Index(ORIGINS).get_indexer(pd.Index(rows["origin"]))
        self.values[(hours - self.first) * len(ORIGINS) + origin] = rows.iloc[:, 2:].to_numpy()

    def of(self, frame: pd.DataFrame) -> NDArray[Any]:
        """Four columns of weather for each flight; the last row of the array is for a miss."""
        hours = hours_of(frame["time_hour"]) - self.first
        names = frame["origin"].cat.categories
        origin = pd.Index(ORIGINS).get_indexer(names)[frame["origin"].cat.codes]
        known = (hours >= 0) & (hours < self.hours)
        return self.values[np.where(known, hours * len(ORIGINS) + origin, -1)]


def hours_of(times: pd.Series) -> NDArray[Any]:
    """Whole hours since 1970."""
    return times.to_numpy("datetime64[us]").astype("int64") // HOUR_US


def looked_up(table: pd.DataFrame, keys: pd.Series) -> NDArray[Any]:
    """The table's rows for these categories: each category is looked up once."""
    rows = table.reindex(keys.cat.categories).to_numpy("float64")
    return np.vstack([rows, np.full(rows.shape[1], np.nan)])[keys.cat.codes]


def minutes(clock: pd.Series) -> NDArray[np.int64]:
    """Minutes since midnight of clock readings such as 1745."""
    values: NDArray[np.int64] = clock.to_numpy()
    return values // 100 * 60 + values % 100


def main(root: Path, out: Path) -> None:
    """The output has each departed flight's id and probability."""
    weather = Weather(root / "data/weather.db")
    planes = pd.read_csv(root / "data/planes.csv", usecols=["tailnum", "year", "seats"])
    planes = planes.set_index("tailnum")[["year", "seats"]]
    airports = pd.read_json(root / "data/airports.jsonl", lines=True).set_index("faa")[["tz"]]
    model = skops.io.load(root / "models/flight_delays.skops", trusted=TRUSTED)
    inputs = list(model.feature_names_in_)
    schema = pa.schema([("flight_id", pa.int64()), ("p_late", pa.float64())])
    with pq.ParquetWriter(out, schema) as writer:
        for frame in chunks(root / "data/flights"):
            temp, wind_speed, precip, visib = weather.of(frame).T
            plane_year, seats = looked_up(planes, frame["tailnum"]).T
            (tz,) = looked_up(airports, frame["dest"]).T
            sched_minute = minutes(frame["sched_dep_time"])
            block = minutes(frame["sched_arr_time"]) - sched_minute - (tz + 5) * 60 + 2880
            local = frame["time_hour"].dt.tz_convert("America/New_York")
            features = frame.assign(
                temp=temp,
                wind_speed=wind_speed,
                precip=precip,
                visib=visib,
                seats=seats,
                plane_age=frame["year"].to_numpy() - plane_year,
                sched_minute=sched_minute,
                block_minutes=block % 1440,
                weekday=local.dt.day_of_week,
            )
            late = model.predict_proba(features[inputs])[:, 1]
            writer.write_table(pa.table([frame["flight_id"].to_numpy(), late], schema=schema))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
