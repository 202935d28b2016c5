"""Real tables from packages, as a pipeline would see them: the year of flights, its weather, its planes.

A row of `flights` is one flight that left its gate, with what the reference pipeline knows of it then: the
model's features, what they are made from, and `p_late`, the shipped model's prediction. The model was
trained on January to June. Cancelled flights are left out, as the pipeline's filter does.

What the pipeline needs and is not there yet (lookups, model) is written by its own `prepare`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

from pipelines.flight_delays.inputs import read_flights
from pipelines.flight_delays.model import CATEGORIES, FEATURES, featurize, late_probability
from pipelines.flight_delays.prepare import join_lookups, prepare

__all__ = ["FLIGHT_COLUMNS", "ROOT", "flight_days", "flights"]

ROOT = Path(__file__).resolve().parents[2]
FLIGHT_COLUMNS = (*FEATURES, "sched_dep_time", "plane_year", "dest_tz", "p_late")
_TRUSTED = ["sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"]
_MOST_MPH = 200  # the pipeline sets rows above aside; one hour in the original says 1,048


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
