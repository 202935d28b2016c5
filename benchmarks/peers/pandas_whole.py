"""A peer: the job with pandas in one piece, as one writes it first.

Arguments: project folder, output.
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pandas as pd
import skops.io

TRUSTED = ["sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"]
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


def minutes(clock: pd.Series) -> pd.Series:
    """Minutes since midnight of clock readings such as 1745."""
    return clock // 100 * 60 + clock % 100


def main(root: Path, out: Path) -> None:
    """The output has each departed flight's id and probability."""
    flights = pd.read_parquet(root / "data/flights", columns=COLUMNS)
    flights = flights[flights["dep_time"].notna()]
    with closing(sqlite3.connect(root / "data/weather.db")) as database:
        weather = pd.read_sql(
            "SELECT origin, time_hour, temp, wind_speed, precip, visib FROM weather", database
        )
    weather["time_hour"] = pd.to_datetime(weather["time_hour"], utc=True).dt.as_unit("us")
    planes = pd.read_csv(root / "data/planes.csv", usecols=["tailnum", "year", "seats"])
    planes = planes.rename(columns={"year": "plane_year"})
    airports = pd.read_json(root / "data/airports.jsonl", lines=True)[["faa", "tz"]]
    airports = airports.rename(columns={"faa": "dest"})

    frame = flights.merge(weather, on=["origin", "time_hour"], how="left")
    frame = frame.merge(planes, on="tailnum", how="left").merge(airports, on="dest", how="left")
    local = frame["time_hour"].dt.tz_convert("America/New_York")
    frame["weekday"] = local.dt.day_of_week
    frame["sched_minute"] = minutes(frame["sched_dep_time"])
    arrives = minutes(frame["sched_arr_time"])
    ahead = (frame["tz"] + 5) * 60
    frame["block_minutes"] = (arrives - frame["sched_minute"] - ahead + 2880) % 1440
    frame["plane_age"] = frame["year"] - frame["plane_year"]

    model = skops.io.load(root / "models/flight_delays.skops", trusted=TRUSTED)
    late = model.predict_proba(frame[list(model.feature_names_in_)])[:, 1]
    pd.DataFrame({"flight_id": frame["flight_id"], "p_late": late}).to_parquet(out, index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
