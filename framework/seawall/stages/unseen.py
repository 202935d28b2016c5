"""Values that the model was not fitted on, which its encoder takes in silence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from seawall.shown import shown

__all__ = ["unseen_values"]

_EXAMPLES = 3


def unseen_values(frame: pd.DataFrame, categories: Mapping[str, tuple[Any, ...]]) -> dict[str, int]:
    """How many values no category of the model's is, by column; and the most frequent, by `column: value`.

    Nulls are not counted.
    """
    counts: dict[str, int] = {}
    for name, known in categories.items():
        if name not in frame.columns:
            continue
        values = frame[name]
        unseen = values[~(values.isin(known) | values.isna())]
        if len(unseen):
            counts[name] = len(unseen)
            most = unseen.astype("object").value_counts().head(_EXAMPLES)
            counts |= {f"{name}: {shown(value)}": int(times) for value, times in most.items()}
    return counts
