"""Columns of categories, as the numbers that a model knows them by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from seawall.errors import DataError
from seawall.shown import shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["as_codes", "hold_type", "whole"]


def as_codes(values: pd.Series[Any], categories: Sequence[Any]) -> NDArray[np.float64]:
    """Each value's place among the model's categories; NaN for a null and for one that is not there.

    It does not matter in which order the column itself has its categories. DataError where texts
    stand for numbers or the other way round: every one of them would be unknown.
    """
    import pandas as pd

    known = pd.Index(list(categories))
    column = values.astype("category")
    if len(column.cat.categories):
        _hold_kind(values, column.cat.categories, known)
    table = np.append(known.get_indexer(column.cat.categories).astype(float), np.nan)
    table[table < 0] = np.nan
    codes: NDArray[np.float64] = table[column.cat.codes.to_numpy()]
    return codes


def hold_type(values: pd.Series[Any], categories: Sequence[Any]) -> None:
    """A column without rows is of the type that the model's categories have, or DataError."""
    import pandas as pd

    seen = values.cat.categories if str(values.dtype) == "category" else pd.Index(values)
    if not pd.api.types.is_object_dtype(seen.dtype):  # objects may be anything
        _hold_kind(values, seen, pd.Index(list(categories)))


def whole(values: NDArray[Any], name: str) -> NDArray[Any]:
    """The numbers, which are whole; ValueError for 1.7, which a model would take for category 1."""
    broken = values[np.isfinite(values) & (values != np.trunc(values))]
    if len(broken):
        raise ValueError(f"{broken[0]} in {shown(name)} is no category: whole numbers are")
    return values


def _hold_kind(values: pd.Series[Any], seen: pd.Index[Any], known: pd.Index[Any]) -> None:
    if not len(known) or _kind(seen) == _kind(known):
        return
    raise DataError(
        f"the column {shown(values.name)} does not hold what the model was fitted on",
        "predict.model",
        f"categories that are {_kind(seen)}",
        f"categories that are {_kind(known)}, such as {shown(known.tolist()[0])}",
        "declare its dtype under validate.columns, or cast it in a stage",
    )


def _kind(values: pd.Index[Any]) -> str:
    import pandas as pd

    if pd.api.types.is_bool_dtype(values):
        return "truth values"
    return "numbers" if pd.api.types.is_numeric_dtype(values) else "texts"
