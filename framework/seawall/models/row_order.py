"""A model's result stands in the order of the rows that it was given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from seawall.errors import SoftwareError
from seawall.shown import shown

__all__ = ["hold_order"]


def hold_order(result: Any, rows: pd.Index[Any]) -> None:
    """Every Series and frame of the result has the rows' labels in their order, or SoftwareError.

    Labels that count from 0 are of a result that was made without an index, and stand for the order.
    `rows` is the index from before the call, since a model may sort the frame that it is given. A
    result of another length is left to the check of its shape.
    """
    for part in _labelled(result):
        found = part.index
        if len(found) != len(rows) or found.equals(rows) or found.equals(pd.RangeIndex(len(rows))):
            continue
        pairs = zip(found.tolist(), rows.tolist(), strict=True)
        differs = np.fromiter((seen != given for seen, given in pairs), dtype=bool)
        place, count = int(differs.argmax()), int(np.count_nonzero(differs))
        raise SoftwareError(
            "the model returns its rows in another order than it was given",
            "predict.outputs",
            f"index {shown(found.tolist()[place])} at row {place + 1:,} "
            f"({count:,} of {len(rows):,} rows differ)",
            f"index {shown(rows.tolist()[place])}: the frame's index, or one that counts from 0",
            "return the rows in the frame's order, with its index: pd.Series(values, frame.index)",
        )


def _labelled(result: Any) -> Iterator[pd.Series[Any] | pd.DataFrame]:
    """The parts of the result that have an index; a frame's columns share its own."""
    if isinstance(result, pd.Series | pd.DataFrame):
        yield result
    elif isinstance(result, Mapping):
        yield from (part for part in result.values() if isinstance(part, pd.Series | pd.DataFrame))
    elif isinstance(result, list | tuple):
        yield from (part for part in result if isinstance(part, pd.Series | pd.DataFrame))
