"""Columns that keep each of their values once, as what they stand for."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa

__all__ = ["decoded", "is_dictionary"]


def is_dictionary(kind: Any) -> bool:
    """Whether the type is Arrow's for values that stand in a dictionary."""
    return isinstance(kind, pd.ArrowDtype) and pa.types.is_dictionary(kind.pyarrow_dtype)


def decoded(values: pd.Series[Any]) -> pd.Series[Any]:
    """An Arrow dictionary's column with its values in every row; any other column as it is.

    Each chunk may have a dictionary of its own, in which a value may stand twice, and a null, too.
    """
    kind = values.dtype
    if not isinstance(kind, pd.ArrowDtype) or not is_dictionary(kind):
        return values
    try:
        return values.astype(pd.ArrowDtype(kind.pyarrow_dtype.value_type))
    except pa.ArrowNotImplementedError:  # of views and lists, which Arrow takes from no dictionary
        found = pa.array(values.array).to_pylist()
        return pd.Series(found, index=values.index, dtype=object)
