"""A peer: reading, joining and features in Polars' streaming engine, the model in batches.

Arguments: project folder, output.
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import polars as pl
import skops.io

TRUSTED = ["sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"]
BATCH_ROWS = 131_072


def minutes(column: str) -> pl.Expr:
    """Minutes since midnight of clock readings such as 1745."""
    return pl.col(column) // 100 * 60 + pl.col(column) % 100


def weather_of(path: Path) -> pl.LazyFrame:
    """The weather by origin and hour."""
    query = "SELECT origin, time_hour, temp, wind_speed, precip, visib FROM weather"
    with closing(sqlite3.connect(path)) as database:
        table = pl.read_database(query, database, infer_schema_length=None)
    hour = pl.col("time_hour").str.to_datetime(
        "%Y-%m-%dT%H:%M:%SZ", time_unit="us", time_zone="UTC"
    )
    return table.lazy().with_columns(hour)


def features_of(root: Path) -> pl.LazyFrame:
    """The departed flights with the columns that the model takes."""
    planes = pl.scan_csv(root / "data/planes.csv").select(
        "tailnum", "seats", plane_year=pl.col("year")
    )
    airports = pl.scan_ndjson(root / "data/airports.jsonl").select("tz", dest=pl.col("faa"))
    return (
        pl.scan_parquet(root / "data/flights/*.parquet")
        .filter(pl.col("dep_time").is_not_null())
        .with_columns(pl.col("carrier", "tailnum", "origin", "dest").cast(pl.String))
        .join(weather_of(root / "data/weather.db"), on=["origin", "time_hour"], how="left")
        .join(planes, on="tailnum", how="left")
        .join(airports, on="dest", how="left")
        .with_columns(
            weekday=pl.col("time_hour").dt.convert_time_zone("America/New_York").dt.weekday() - 1,
            sched_minute=minutes("sched_dep_time"),
            plane_age=pl.col("year") - pl.col("plane_year"),
        )
        .with_columns(
            block_minutes=(
                minutes("sched_arr_time") - pl.col("sched_minute") - (pl.col("tz") + 5) * 60 + 2880
            )
            % 1440
        )
    )


def main(root: Path, out: Path) -> None:
    """The output has each departed flight's id and probability."""
    model = skops.io.load(root / "models/flight_delays.skops", trusted=TRUSTED)
    inputs = list(model.feature_names_in_)
    frame = features_of(root).select("flight_id", *inputs).collect(engine="streaming")
    late = [
        model.predict_proba(batch.select(inputs).to_pandas())[:, 1]
        for batch in frame.iter_slices(BATCH_ROWS)
    ]
    frame.select("flight_id", p_late=np.concatenate(late)).write_parquet(out)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
