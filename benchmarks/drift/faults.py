"""What goes wrong with one column of a batch: each fault returns the columns that it changed.

A fault means to change a share of a column's values; where it changes less than half as many (the sign of
zeros, a frozen column that had one value anyway) there is nothing to find, and the case does not count.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

__all__ = ["FAULTS", "Fault", "Place"]

_SENTINEL = -999.0
_UNIT = 1000.0
_CLIP = 0.9
_NEW = "never seen before"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fault strikes: a column of a batch. `scale` is the column's usual standard deviation."""

    frame: pd.DataFrame
    column: str
    scale: float
    random: np.random.Generator

    @property
    def before(self) -> pd.Series:
        """The column before the fault."""
        return self.frame[self.column]

    @property
    def numeric(self) -> bool:
        """True for numbers, false for categories."""
        return pd.api.types.is_numeric_dtype(self.before.dtype)

    def some(self, share: float) -> np.ndarray:
        """A random share of the rows, at least one, as a mask."""
        chosen = np.zeros(len(self.frame), dtype=bool)
        count = max(1, round(share * len(chosen)))
        chosen[self.random.permutation(len(chosen))[:count]] = True
        return chosen


Change = Callable[[Place], Mapping[str, pd.Series]]


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault by its name, the share of the column's values that it means to change, and what it does."""

    name: str
    share: float
    change: Change

    def strike(self, place: Place) -> Mapping[str, pd.Series]:
        """The changed columns; none where the fault doesn't fit the column or leaves it as it was."""
        changed = self.change(place)
        strong = all(self._strong(place.frame[name], after) for name, after in changed.items())
        return changed if strong else {}

    def _strong(self, before: pd.Series, after: pd.Series) -> bool:
        there = int(before.notna().sum())
        return there > 0 and _differ(before, after) >= self.share / 2 * there


def _differ(before: pd.Series, after: pd.Series) -> int:
    """How many rows differ; two nulls don't."""
    kind = np.float64 if pd.api.types.is_numeric_dtype(before.dtype) else np.object_
    old, new = (side.to_numpy(dtype=kind) for side in (before, after))
    return int(((old != new) & ~(pd.isna(old) & pd.isna(new))).sum())


def _numbers(change: Callable[[Place, pd.Series], pd.Series]) -> Change:
    """The change of a numeric column, given as float64; none of another."""

    def changed(place: Place) -> Mapping[str, pd.Series]:
        if not place.numeric:
            return {}
        return {place.column: change(place, place.before.astype("float64"))}

    return changed


def _categories(change: Callable[[Place], pd.Series]) -> Change:
    """The change of a categorical column; none of another."""
    return lambda place: {} if place.numeric else {place.column: change(place)}


def _shift(deviations: float) -> Change:
    def shifted(place: Place, values: pd.Series) -> pd.Series:
        return values + deviations * place.scale

    return _numbers(shifted)


def _times(factor: float, share: float = 1.0) -> Change:
    return _numbers(lambda place, values: values.where(~place.some(share), values * factor))


def _nulls(share: float) -> Change:
    def nulled(place: Place) -> Mapping[str, pd.Series]:
        values = place.before.astype("float64") if place.numeric else place.before
        return {place.column: values.mask(place.some(share))}

    return nulled


def _new_category(share: float) -> Change:
    def renamed(place: Place) -> pd.Series:
        wider = place.before.cat.add_categories([_NEW])
        return wider.mask(place.some(share), _NEW)

    return _categories(renamed)


def _sentinel(place: Place, values: pd.Series) -> pd.Series:
    return values.mask(place.some(0.02), _SENTINEL)


def _clipped(_: Place, values: pd.Series) -> pd.Series:
    return values.clip(upper=float(values.quantile(_CLIP)))


def _frozen(place: Place) -> Mapping[str, pd.Series]:
    """Every row says what the first row with a value says."""
    there = place.before.dropna()
    if there.empty:
        return {}
    stuck = pd.Series([there.iloc[0]] * len(place.frame), index=place.frame.index)
    return {place.column: stuck.astype(place.before.dtype)}


def _swapped(place: Place) -> Mapping[str, pd.Series]:
    """The column and the next one of its kind change places."""
    kind = place.frame.select_dtypes("number" if place.numeric else "category").columns.tolist()
    other = kind[(kind.index(place.column) + 1) % len(kind)]
    if other == place.column:
        return {}
    return {place.column: place.frame[other], other: place.before}


def _case_changed(place: Place) -> pd.Series:
    names = place.before.astype("object")
    return names.map(str.swapcase, na_action="ignore").astype("category")


FAULTS = (
    *(Fault(f"shift {sd:g} sd", 1.0, _shift(sd)) for sd in (0.05, 0.1, 0.2, 0.3, 0.5, 1.0)),
    Fault("scale × 1.1", 1.0, _times(1.1)),
    Fault("scale × 1.5", 1.0, _times(1.5)),
    *(Fault(f"nulls +{share:.0%}", share, _nulls(share)) for share in (0.01, 0.05, 0.2)),
    Fault("all null", 1.0, _nulls(1.0)),
    *(Fault(f"new category {s:.0%}", s, _new_category(s)) for s in (0.01, 0.05, 0.2)),
    Fault("sentinel −999 in 2%", 0.02, _numbers(_sentinel)),
    Fault("unit × 1000", 1.0, _times(_UNIT)),
    Fault("unit × 1000 in 10%", 0.1, _times(_UNIT, 0.1)),
    Fault("sign flip", 1.0, _times(-1.0)),
    Fault("clipped at 90%", 0.1, _numbers(_clipped)),
    Fault("frozen", 1.0, _frozen),
    Fault("swapped columns", 1.0, _swapped),
    Fault("case changed", 1.0, _categories(_case_changed)),
)
