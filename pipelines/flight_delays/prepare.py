"""Writes the data and the model of the reference pipeline: python -m pipelines.flight_delays.prepare."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipelines.flight_delays import inputs
from pipelines.flight_delays.model import featurize, fit, is_late, late_probability
from seawall.errors import SeawallError, UsageError

__all__ = ["Holdout", "days_between", "join_lookups", "main", "prepare", "save", "train"]

_WEATHER = ["temp", "wind_speed", "precip", "visib"]
_LOOKUPS = {
    "data/weather.db": inputs.write_weather,
    "data/planes.csv": inputs.write_planes,
    "data/airports.jsonl": inputs.write_airports,
}
_MODEL = "models/flight_delays.skops"


@dataclass(frozen=True, slots=True)
class Holdout:
    """How good the model is on flights that it was not trained on.

    `brier` is the mean squared error of the probability; `base_brier` that of always saying the
    training rows' share of late flights.
    """

    trained: int
    rows: int
    auc: float
    brier: float
    base_brier: float

    def __str__(self) -> str:
        """The numbers in one line."""
        return (
            f"trained on {self.trained:,} flights of January to June; on {self.rows:,} of July to "
            f"December: AUC {self.auc:.3f}, Brier {self.brier:.4f} (base rate {self.base_brier:.4f})"
        )


def join_lookups(root: Path, flights: pd.DataFrame) -> pd.DataFrame:
    """The flights with the columns that the pipeline file's lookups add, in the same order.

    The weather is matched within the flight's own day, as the pipeline's query does.
    """
    weather, planes, airports = _lookups(root)
    return (
        flights.merge(weather, on=["origin", "time_hour"], how="left", validate="m:1")
        .merge(planes, on="tailnum", how="left", validate="m:1")
        .merge(airports, on="dest", how="left", validate="m:1")
    )


def _lookups(root: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(root / "data/weather.db")) as database:
        columns = ", ".join(["origin", "time_hour", *_WEATHER])
        weather = pd.read_sql_query(f"SELECT {columns} FROM weather", database)  # noqa: S608  # names of this file
    weather["time_hour"] = pd.to_datetime(weather["time_hour"], utc=True).dt.as_unit("us")
    planes = pd.read_csv(root / "data/planes.csv", usecols=["tailnum", "year", "seats"])
    airports = pd.read_json(root / "data/airports.jsonl", lines=True)[["faa", "tz"]]
    return (
        weather,
        planes.rename(columns={"year": "plane_year"}),
        airports.rename(columns={"faa": "dest", "tz": "dest_tz"}),
    )


def train(root: Path, flights: pd.DataFrame, *, iterations: int = 100) -> tuple[object, Holdout]:
    """The model, fitted on January to June, and how good it is on July to December.

    Flights that never arrived have no answer and are left out of both.
    """
    from sklearn.metrics import brier_score_loss, roc_auc_score

    arrived = join_lookups(root, flights[flights["arr_delay"].notna()])
    features, late = featurize(arrived), is_late(arrived)
    first_half = arrived["month"] <= 6  # noqa: PLR2004  # June
    model = fit(features[first_half], late[first_half], iterations=iterations)
    answers = late[~first_half]
    guesses = late_probability(model, features[~first_half])
    base = pd.Series(late[first_half].mean(), index=answers.index)
    return model, Holdout(
        trained=int(first_half.sum()),
        rows=len(answers),
        auc=float(roc_auc_score(answers, guesses)),
        brier=float(brier_score_loss(answers, guesses)),
        base_brier=float(brier_score_loss(answers, base)),
    )


def save(path: Path, model: object) -> None:
    """The file holds the model in the skops format.

    Its bytes differ from time to time (the format holds clock times and addresses); what the model
    predicts does not.
    """
    from skops.io import dump

    inputs.replace_file(path, lambda temporary: dump(model, temporary))


def prepare(root: Path, days: Collection[str], *, force: bool = False) -> Iterator[str]:
    """Everything that the pipeline file names is below `root`; yields a line for each thing done.

    Days that are not in `days` are left alone. The model is trained on the whole half year in any case.
    What is in place is kept, unless `force`; if all is, the package with the data isn't needed.
    """
    for name, write in _LOOKUPS.items():
        if force or not (root / name).exists():
            write(root / name)
            yield f"wrote {name}"
    wanted = [day for day in days if force or not inputs.flights_path(root, day).exists()]
    model_wanted = force or not (root / _MODEL).exists()
    if not wanted and not model_wanted:
        yield f"in place below {root}: {len(days)} days of flights, lookups, model"
        return
    flights = inputs.read_flights()
    if wanted:
        inputs.write_flights(root, flights, wanted)
        yield f"wrote {len(wanted)} days of flights, data/flights/date={wanted[0]} and on"
    if model_wanted:
        model, holdout = train(root, flights)
        save(root / _MODEL, model)
        yield f"wrote {_MODEL}: {holdout}"


def days_between(text: str) -> tuple[str, ...]:
    """The days of 2013 from A to B, both included, of a text `A..B`, or the one day that it names."""
    first, dots, last = text.partition("..")
    days = tuple(day for day in inputs.DAYS if first <= day <= (last if dots else first))
    if not days:
        raise UsageError(
            "no such days", "--days", repr(text), "2013-07-01, or 2013-07-01..2013-07-07"
        )
    return days


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m pipelines.flight_delays.prepare",
        description="Write the data and the model of the reference pipeline.",
    )
    root = Path(__file__).resolve().parents[2]
    parser.add_argument(
        "--root", type=Path, default=root, help="the project's folder (%(default)s)"
    )
    parser.add_argument(
        "--days", default="2013-01-01..2013-12-31", help="whose flights to write (%(default)s)"
    )
    parser.add_argument("--force", action="store_true", help="write again what is in place")
    return parser.parse_args(words)


def main(words: Sequence[str] | None = None) -> int:
    """The command's exit code; what was done is printed line by line."""
    arguments = _arguments(words)
    try:
        days = days_between(arguments.days)
        for line in prepare(arguments.root, days, force=arguments.force):
            print(line)
    except SeawallError as error:
        print(error, file=sys.stderr)
        return int(error.exit)
    return 0


if __name__ == "__main__":
    sys.exit(main())
