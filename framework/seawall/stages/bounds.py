"""Which predictions are not what their bounds allow, by reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seawall.config.outputs import Bound
from seawall.errors import StoppedError

__all__ = ["Mask", "broken_bound"]

Mask = NDArray[np.bool_]


def broken_bound(values: pd.Series[Any], bound: Bound) -> Mapping[str, Mask]:
    """The rows that are null, infinite, outside the interval or not one of the choices; {} for none.

    A row has one reason. The quick way looks at two extremes: NaN makes both NaN.
    """
    if bound.one_of is not None:
        return _found({"null": _nulls(values, bound), "not one of": _foreign(values, bound.one_of)})
    if not pd.api.types.is_numeric_dtype(values.dtype):
        if (bound.min, bound.max) == (None, None):
            return _found({"null": _nulls(values, bound)})
        raise _no_number(values)
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    lowest = -np.inf if bound.min is None else bound.min
    highest = np.inf if bound.max is None else bound.max
    if not len(numbers) or _between(numbers.min(), numbers.max(), lowest, highest):
        return {}
    infinite = np.isinf(numbers)
    return _found(
        {
            "null": np.isnan(numbers) & (not bound.nullable),
            "infinite": infinite,
            "below min": (numbers < lowest) & ~infinite,
            "above max": (numbers > highest) & ~infinite,
        }
    )


def _found(masks: Mapping[str, Mask]) -> Mapping[str, Mask]:
    return {reason: mask for reason, mask in masks.items() if mask.any()}


def _nulls(values: pd.Series[Any], bound: Bound) -> Mask:
    found: Mask = values.isna().to_numpy(dtype=bool)
    return found & (not bound.nullable)


def _foreign(values: pd.Series[Any], choices: tuple[Any, ...]) -> Mask:
    found: Mask = (~values.isin(list(choices)) & values.notna()).to_numpy(dtype=bool)
    return found


def _between(least: float, most: float, lowest: float, highest: float) -> bool:
    """Whether the extremes are finite (a null makes both NaN) and within the bounds."""
    return bool(np.isfinite(least) and np.isfinite(most) and lowest <= least and most <= highest)


def _no_number(values: pd.Series[Any]) -> StoppedError:
    return StoppedError(
        f"a prediction that is no number: {values.name}",
        f"check_output.bounds.{values.name}",
        str(values.dtype),
        "numbers",
        "declare one_of in place of min and max, or choose the outputs that are numbers",
    )
