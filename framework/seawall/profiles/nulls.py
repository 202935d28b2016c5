"""Which rows of a column of objects have no value."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["nulls_of"]


def nulls_of(values: pd.Series[Any]) -> NDArray[np.bool_]:
    """True where there is None, NaN, NaT or NA, whatever objects stand beside them; shape (rows,)."""
    try:
        return np.asarray(values.isna(), dtype=np.bool_)
    except InvalidOperation:  # pandas compares Decimals, which a signalling NaN answers by raising
        return np.array([_is_null(value) for value in values], dtype=np.bool_)


def _is_null(value: Any) -> bool:
    if isinstance(value, Decimal):
        return value.is_nan()
    return pd.isna(value) is True
