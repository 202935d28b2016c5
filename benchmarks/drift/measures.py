"""The rivals' distances and p-values, exact, from the values themselves."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.drift.samples import Column, Names, Numbers

__all__ = [
    "chi2_p",
    "distance",
    "homogeneity_p",
    "jensen_shannon",
    "ks",
    "ks_p",
    "psi",
    "std",
    "table",
    "wasserstein",
]

Floats = NDArray[np.float64]


def distance(reference: Column, batch: Column) -> float:
    """KS D of numbers, total variation of categories; NaN where a side is empty."""
    if isinstance(reference, Numbers) and isinstance(batch, Numbers):
        return ks(reference, batch)
    cells = table(reference, batch)
    totals = cells.sum(axis=1, keepdims=True)
    if not totals.all():
        return float("nan")
    p, q = cells / totals
    return float(np.abs(p - q).sum() / 2)


def ks(reference: Numbers, batch: Numbers) -> float:
    """The largest difference of the two distribution functions; NaN where a side is empty.

    Between two values of the batch its function is level and the reference's only grows, so that the
    largest difference stands at a value of the batch, or just below one.
    """
    if not reference.size or not batch.size:
        return float("nan")
    own = np.cumsum(batch.counts) / batch.size
    before = np.concatenate([[0.0], own[:-1]])
    total = _cumulated(reference)
    at = total[np.searchsorted(reference.points, batch.points, "right")] / reference.size
    below = total[np.searchsorted(reference.points, batch.points, "left")] / reference.size
    return float(max(np.abs(own - at).max(), np.abs(before - below).max()))


@lru_cache(maxsize=1024)
def ks_p(reference: Numbers, batch: Numbers) -> float:
    """The p-value of D, NaN where a side is empty; kept, as two rules ask for the same.

    Stephens' approximation (1970) of Kolmogorov's distribution: within 5 % of scipy's `ks_2samp`.
    """
    from scipy.special import kolmogorov

    found = ks(reference, batch)
    if np.isnan(found):
        return found
    root = np.sqrt(batch.size * reference.size / (batch.size + reference.size))
    return float(kolmogorov((root + 0.12 + 0.11 / root) * found))


def wasserstein(reference: Numbers, batch: Numbers) -> float:
    """The area between the two distribution functions, as `scipy.stats.wasserstein_distance` has it.

    Between two values of the batch its function is level at c; the reference's is below c up to its own
    quantile c, and not below it after. `area` is the integral of the reference's function up to a point.
    """
    points, level = batch.points, np.cumsum(batch.counts)[:-1] / batch.size
    total, weighted = _cumulated(reference), np.append(0.0, np.cumsum(_weights(reference)))

    def area(at: Floats) -> Floats:
        below = np.searchsorted(reference.points, at, "right")
        return np.asarray((at * total[below] - weighted[below]) / reference.size)

    place = np.searchsorted(total[1:], level * reference.size, "left")
    quantile = reference.points[np.minimum(place, len(reference.points) - 1)]
    crossing = np.clip(quantile, points[:-1], points[1:])
    before = level * (crossing - points[:-1]) - (area(crossing) - area(points[:-1]))
    after = area(points[1:]) - area(crossing) - level * (points[1:] - crossing)
    mean = weighted[-1] / reference.size
    above = mean - points[-1] + area(points[-1:])[0]
    return float(area(points[:1])[0] + before.sum() + after.sum() + above)


def std(column: Numbers) -> float:
    """The population's standard deviation of the finite values."""
    mean = np.average(column.points, weights=column.counts)
    return float(np.sqrt(np.average((column.points - mean) ** 2, weights=column.counts)))


def table(reference: Column, batch: Column) -> NDArray[np.int64]:
    """Two rows of counts, the reference's and the batch's, over everything that either has."""
    before, now = _counts(reference), _counts(batch)
    names = sorted({*before, *now}, key=str)
    return np.array([[side.get(name, 0) for name in names] for side in (before, now)], np.int64)


def chi2_p(reference: Column, batch: Column) -> float:
    """The p-value of homogeneity, no cells pooled: `chi2_contingency(correction=False)`."""
    cells = table(reference, batch)
    sides = cells.sum(axis=1, keepdims=True)
    if cells.shape[1] == 0 or not sides.all():
        return float("nan")
    expected = sides * cells.sum(axis=0) / cells.sum()
    return _chi2(((cells - expected) ** 2 / expected).sum(), cells.shape[1] - 1)


def homogeneity_p(reference: Column, batch: Column) -> float:
    """The p-value of the batch's counts if the reference's shares were exact: a category that is new has 0."""
    before, now = table(reference, batch)
    expected = before * (now.sum() / before.sum())
    with np.errstate(divide="ignore"):
        return _chi2(((now - expected) ** 2 / expected).sum(), len(now) - 1)


def jensen_shannon(reference: Column, batch: Column) -> float:
    """The distance (the divergence's root) in nats, over everything that either has."""
    cells = table(reference, batch).astype(np.float64)
    p, q = cells / cells.sum(axis=1, keepdims=True)
    middle = (p + q) / 2
    return float(np.sqrt(max(0.0, (_relative(p, middle) + _relative(q, middle)) / 2)))


def psi(reference: Column, batch: Column) -> float:
    """The population stability index over the reference's deciles, or categories; ½ is added to each count."""
    if isinstance(reference, Numbers) and isinstance(batch, Numbers):
        cells = _deciles(reference, batch)
    else:
        cells = table(reference, batch)
    totals = cells.sum(axis=1, keepdims=True)
    if not totals.all():
        return float("nan")
    p, q = (cells + 0.5) / (totals + cells.shape[1] / 2)
    return float(((p - q) * np.log(p / q)).sum())


def _deciles(reference: Numbers, batch: Numbers) -> NDArray[np.int64]:
    if not reference.size:
        return np.zeros((2, 1), np.int64)
    ranks = np.arange(1, 10) / 10 * reference.size
    edges = np.unique(reference.points[np.searchsorted(np.cumsum(reference.counts), ranks)])
    sides = []
    for side in (reference, batch):
        below = _cumulated(side)[np.searchsorted(side.points, edges, "right")]
        sides.append(np.diff(np.concatenate([[0], below, [side.size]])))
    return np.array(sides)


def _cumulated(column: Numbers) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(column.counts)])


def _weights(column: Numbers) -> Floats:
    return column.points * column.counts


def _counts(column: Column) -> Mapping[Any, int]:
    if isinstance(column, Names):
        return column.counts
    return dict(zip(column.points.tolist(), column.counts.tolist(), strict=True))


def _chi2(statistic: float, freedom: int) -> float:
    from scipy.special import chdtrc

    return 1.0 if freedom == 0 else float(chdtrc(freedom, statistic))


def _relative(p: Floats, q: Floats) -> float:
    """Kullback and Leibler's divergence in nats."""
    there = p > 0
    return float((p[there] * np.log(p[there] / q[there])).sum())
