"""A frame's columns as one matrix of floats, in which every number is the one that it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from seawall.errors import DataError
from seawall.shown import shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["as_matrix", "as_numbers"]

_EXACT = {4: 2**24, 8: 2**53}
"""Up to where a float of so many bytes has every whole number."""


def as_matrix(frame: pd.DataFrame, dtype: Any, *, narrow: bool = False) -> NDArray[Any]:
    """The columns in their order, nulls as NaN; a frame of that dtype alone is not converted.

    What keeps a column from it is told as `as_numbers` has it.
    """
    wanted = np.dtype(dtype)
    if all(found == wanted for found in frame.dtypes):
        return frame.to_numpy()
    matrix = np.empty(frame.shape, wanted)
    for place in range(frame.shape[1]):
        matrix[:, place] = as_numbers(frame.iloc[:, place], wanted, narrow=narrow)
    return matrix


def as_numbers(values: pd.Series[Any], dtype: Any, *, narrow: bool = False) -> NDArray[Any]:
    """The column in that float type; nulls are NaN.

    DataError for a column that holds no numbers, and for float64 in place of float32 unless it may
    be narrowed. ValueError for a number that would become another one, or infinite.
    """
    wanted, found = np.dtype(dtype), _plain(values)
    if found.kind == "f" and found.itemsize > wanted.itemsize and not narrow:
        raise DataError(
            f"the model takes {wanted}, and the column {shown(values.name)} would be rounded to it",
            "predict.model",
            str(values.dtype),
            f"{wanted}",
            "allow it with float32: true beside predict.model.type, or declare dtype: float32",
        )
    if found.kind in "iu" and not narrow:
        _hold_exact(values, found, wanted)
    nulls: Any = {} if isinstance(values.dtype, np.dtype) else {"na_value": np.nan}
    try:
        with np.errstate(over="raise"):
            numbers: NDArray[Any] = values.to_numpy(dtype=wanted, **nulls)
    except FloatingPointError:
        raise ValueError(f"a number in {shown(values.name)} is too large for {wanted}") from None
    return numbers


def _plain(values: pd.Series[Any]) -> np.dtype[Any]:
    """The column's numeric type, without a mask."""
    plain = getattr(values.dtype, "numpy_dtype", values.dtype)
    if isinstance(plain, np.dtype) and plain.kind in "iufb":
        return plain
    raise DataError(
        f"the model takes numbers, and the column {shown(values.name)} holds none",
        "predict.model",
        str(values.dtype),
        "a column of numbers or truth values",
        "encode it in a stage, or declare its dtype under validate.columns",
    )


def _hold_exact(values: pd.Series[Any], found: np.dtype[Any], wanted: np.dtype[Any]) -> None:
    most = _EXACT[wanted.itemsize]
    if np.iinfo(found).max <= most or not values.count():
        return
    for extreme in (int(values.min()), int(values.max())):
        if abs(extreme) > most:
            raise ValueError(
                f"{extreme} in {shown(values.name)} is beyond {most}: {wanted} rounds it"
            )
