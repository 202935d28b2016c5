"""Whether two outputs hold the same predictions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

__all__ = ["difference", "predictions"]


def predictions(path: Path) -> pd.Series:
    """The probabilities by flight id, in the order of ids; ValueError when an id is there twice."""
    with pq.ParquetFile(path) as file:
        frame = file.read(columns=["flight_id", "p_late"]).to_pandas()
    if not frame["flight_id"].is_unique:
        raise ValueError(f"{path}: a flight has two predictions")
    by_id: pd.Series = frame.set_index("flight_id")["p_late"]
    return by_id.sort_index()


def difference(ours: pd.Series, theirs: pd.Series) -> float:
    """The largest absolute difference; infinite when the flights differ or a value is missing."""
    if not ours.index.equals(theirs.index):
        return float("inf")
    apart = float(np.max(np.abs(ours.to_numpy() - theirs.to_numpy()), initial=0.0))
    return apart if apart == apart else float("inf")  # noqa: PLR0124  # NaN is unequal to itself
