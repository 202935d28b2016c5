"""The numbers behind a finding, for programs."""

from __future__ import annotations

import math

from seawall.contracts import Scalar
from seawall.drift.distances import distances
from seawall.drift.effects import effect
from seawall.drift.live import change_of
from seawall.drift.moved_quantiles import Quantile, medians
from seawall.profiles import ColumnProfile

__all__ = ["figures", "plain"]

_DISTANCE = {"ks": "distance", "total_variation": "distance"}


def figures(
    reference: ColumnProfile, batch: ColumnProfile, live: ColumnProfile | None, test: str
) -> dict[str, Scalar]:
    """Rows, distances, nulls, mean and median of both sides; both are counted by the same shape.

    A median that the counts do not tell is given by the values that it lies between: `median_from`
    and `median_to`. With `live` rows apart, their distance, and their change in what the test is about.
    """
    seen = effect(reference, batch)
    found: dict[str, Scalar] = {
        "rows": seen.rows,
        "reference_rows": seen.reference_rows,
        "nulls": seen.nulls,
        "nulls_before": seen.reference_nulls,
    }
    every = distances(reference, batch)
    found |= {_DISTANCE.get(name, name): value for name, value in every.items()}
    for name, column in (("", batch), ("_before", reference)):
        if column.finite:
            found[f"mean{name}"] = column.mean
    if batch.finite and reference.finite:
        before, now = medians(reference, batch)
        found |= {**_median("", now), **_median("_before", before)}
    if live is not None:
        rest = effect(reference, live)
        found |= {"live_distance": rest.distance, "live_change": change_of(test, rest)}
        found["live_rows"] = live.rows
    return found


def _median(side: str, median: Quantile) -> dict[str, Scalar]:
    if median.known:
        return {f"median{side}": median.value}
    return {f"median{side}_from": median.low, f"median{side}_to": median.high}


def plain(value: Scalar) -> Scalar:
    """The value as JSON can hold it: None for a number that is not finite."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
