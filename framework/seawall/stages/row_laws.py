"""What holds between the predictions of one row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seawall.config.outputs import RowLaw
from seawall.stages.bounds import Mask

__all__ = ["broken_law"]


def broken_law(frame: pd.DataFrame, law: RowLaw) -> Mapping[str, Mask]:
    """The rows whose predictions do not add up, or do not rise; {} for none. A null breaks both."""
    if law.sum is not None:
        return _found("another sum", _apart(_matrix(frame, law.sum), law.equals, law.slack))
    return _found("falling", _falling(_matrix(frame, law.increasing or ()), law.slack))


def _apart(matrix: NDArray[np.float64], equals: float, slack: float) -> Mask:
    with np.errstate(invalid="ignore", over="ignore"):  # ∞ − ∞ is NaN, and no sum
        sums = matrix.sum(axis=1)
    close: Mask = np.abs(sums - equals) <= slack
    return ~close


def _falling(matrix: NDArray[np.float64], slack: float) -> Mask:
    with np.errstate(invalid="ignore"):
        rises = np.diff(matrix, axis=1) >= -slack
    broken: Mask = ~np.all(rises, axis=1)
    return broken


def _matrix(frame: pd.DataFrame, columns: Sequence[str]) -> NDArray[np.float64]:
    return frame[list(columns)].to_numpy(dtype=np.float64, na_value=np.nan)


def _found(reason: str, mask: Mask) -> Mapping[str, Mask]:
    return {reason: mask} if mask.any() else {}
