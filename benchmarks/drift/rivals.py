"""The rules that people use: whether a column of a batch is said to differ from the reference.

- `ks-p-value`: Kolmogorov–Smirnov, of categories chi², p < 0.05 (scipy's functions; nulls are dropped)
- `ks-bonferroni`: the same at 0.05 divided by the number of columns
- `psi`: above 0.2, over deciles of the reference
- `evidently`: the default of Evidently 0.7 (`check_evidently.py` holds this against the package):
  up to 1,000 reference values KS p ≤ 0.05, or chi² or a two-proportion z p < 0.05 for five values or
  fewer and categories; above, Wasserstein divided by the reference's standard deviation ≥ 0.1, or
  Jensen–Shannon ≥ 0.1. Integers of at most ten values are categories.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from benchmarks.drift import measures
from benchmarks.drift.samples import Column, Names, Numbers

__all__ = ["RIVALS", "Rival", "evidently"]

_LEVEL = 0.05
_PSI = 0.2
_FEW_REFERENCE_ROWS = 1000
_FEW_VALUES = 5
_FEW_INTEGERS = 10
_EVIDENTLY_DISTANCE = 0.1
_LEAST_STD = 0.001


@dataclass(frozen=True, slots=True)
class Rival:
    """A rule that looks at each column by itself: flags(reference, batch, number of columns)."""

    name: str
    flags: Callable[[Column, Column, int], bool]

    def flagged(self, reference: Mapping[str, Column], batch: Mapping[str, Column]) -> set[str]:
        """The columns that are said to have drifted."""
        return {c for c, seen in batch.items() if self.flags(reference[c], seen, len(batch))}


def p_value(reference: Column, batch: Column) -> float:
    """The seed rule's p-value; NaN, which is below nothing, where a side is empty."""
    if isinstance(reference, Numbers) and isinstance(batch, Numbers):
        return measures.ks_p(reference, batch)
    return measures.chi2_p(reference, batch)


def evidently(reference: Column, batch: Column, columns: int = 1) -> bool:
    """Whether Evidently says that the column drifted; of an empty column it raises, which counts as said."""
    del columns
    if not reference.size or not batch.size:
        return True
    few = _as_categories(reference)
    values = _distinct(reference, batch)
    if reference.size <= _FEW_REFERENCE_ROWS:
        return _small(reference, batch, values=values, categories=few)
    if few or values <= _FEW_VALUES:
        return measures.jensen_shannon(reference, batch) >= _EVIDENTLY_DISTANCE
    assert isinstance(reference, Numbers)
    assert isinstance(batch, Numbers)
    norm = max(measures.std(reference), _LEAST_STD)
    return measures.wasserstein(reference, batch) / norm >= _EVIDENTLY_DISTANCE


def _small(reference: Column, batch: Column, *, values: int, categories: bool) -> bool:
    if not categories and values > _FEW_VALUES:
        return p_value(reference, batch) <= _LEVEL
    if values > 2:  # noqa: PLR2004  # two values are one share
        return measures.homogeneity_p(reference, batch) < _LEVEL
    return _two_values_p(reference, batch) < _LEVEL


def _two_values_p(reference: Column, batch: Column) -> float:
    from scipy.special import ndtr

    cells = measures.table(reference, batch)
    if cells.shape[1] == 1:
        return 1.0
    (m, n), (p, q) = cells.sum(axis=1), cells[:, 1] / cells.sum(axis=1)
    pooled = cells[:, 1].sum() / cells.sum()
    z = (p - q) / np.sqrt(pooled * (1 - pooled) * (1 / m + 1 / n))
    return float(2 * (1 - ndtr(abs(z))))


def _as_categories(column: Column) -> bool:
    return isinstance(column, Names) or (column.whole and len(column.points) <= _FEW_INTEGERS)


def _distinct(reference: Column, batch: Column) -> int:
    if isinstance(reference, Numbers) and isinstance(batch, Numbers):
        most = max(len(reference.points), len(batch.points))
        both = most <= _FEW_VALUES  # more than a few are not told apart
        return len(np.union1d(reference.points, batch.points)) if both else most
    return int(measures.table(reference, batch).shape[1])


RIVALS = (
    Rival("ks-p-value", lambda reference, batch, _: p_value(reference, batch) < _LEVEL),
    Rival("ks-bonferroni", lambda reference, batch, n: p_value(reference, batch) < _LEVEL / n),
    Rival("psi", lambda reference, batch, _: measures.psi(reference, batch) > _PSI),
    Rival("evidently", evidently),
)
