"""The model: will a flight that leaves now arrive more than 15 minutes late?"""

from __future__ import annotations

from typing import Any

import pandas as pd

from pipelines.flight_delays.features import NEW_YORK, add_calendar, add_plane_age, add_schedule

__all__ = ["CATEGORIES", "FEATURES", "LATE_MIN", "featurize", "fit", "is_late", "late_probability"]

LATE_MIN = 15
CATEGORIES = ["carrier", "origin", "dest"]
FEATURES = [
    *CATEGORIES,
    "dep_delay",
    "distance",
    "sched_minute",
    "block_minutes",
    "weekday",
    "temp",
    "wind_speed",
    "precip",
    "visib",
    "plane_age",
    "seats",
]


def featurize(frame: pd.DataFrame) -> pd.DataFrame:
    """The model's inputs, in its order: the stages that the pipeline file lists, one after another."""
    staged = add_calendar(frame, column="time_hour", timezone=NEW_YORK)
    return add_plane_age(add_schedule(staged))[FEATURES]


def is_late(frame: pd.DataFrame) -> pd.Series:
    """True for flights that arrived more than `LATE_MIN` minutes late; false for those that never did."""
    return frame["arr_delay"] > LATE_MIN


def fit(features: pd.DataFrame, late: pd.Series, *, iterations: int = 100) -> Any:
    """A fitted scikit-learn Pipeline; the same rows in the same order give the same predictions.

    Early stopping would hold out random rows for nothing: the number of trees is fixed.
    """
    import numpy as np
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import OrdinalEncoder

    encoder = OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=np.nan
    )
    encode = ColumnTransformer([("categories", encoder, CATEGORIES)], remainder="passthrough")
    trees = HistGradientBoostingClassifier(
        max_iter=iterations, early_stopping=False, random_state=2013
    )
    return Pipeline([("encode", encode), ("trees", trees)]).fit(features, late.astype("int64"))


def late_probability(model: Any, features: pd.DataFrame) -> pd.Series:
    """The probability of being late, row by row, with the index of `features`."""
    column = list(model.classes_).index(1)
    return pd.Series(model.predict_proba(features)[:, column], index=features.index)
