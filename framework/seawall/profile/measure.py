"""From a chunk's frame to its profile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from seawall.profile.column import ColumnProfile
from seawall.profile.ordered import of_numbers
from seawall.profile.whole import Profile
from seawall.profile.shape import WORDED, Shape
from seawall.profile.words import of_words

__all__ = ["measure"]

_NOTHING: Mapping[str, tuple[str, ...]] = {}


def measure(
    frame: pd.DataFrame,
    shapes: Mapping[str, Shape],
    by: Mapping[str, tuple[str, ...]] = _NOTHING,
) -> Profile:
    """The profile of the columns that have a shape; those that the frame lacks, and keys, are left out.

    `by` names the columns whose values are segments: each segment's rows are measured once, and the
    whole is their sum.
    """
    measured = {
        name: shape
        for name, shape in shapes.items()
        if name in frame.columns and shape.kind != "key"
    }
    segments = {name: _parts(frame, measured, name, values) for name, values in by.items()}
    if not segments:
        return _whole(frame, measured)
    first = next(iter(segments.values()))
    total = sum(first.values(), Profile(0, {}))
    return Profile(total.rows, total.columns, segments)


def _whole(frame: pd.DataFrame, shapes: Mapping[str, Shape]) -> Profile:
    return Profile(len(frame), {name: _column(frame[name], s) for name, s in shapes.items()})


def _column(values: pd.Series[Any], shape: Shape) -> ColumnProfile:
    return of_words(values, shape) if shape.kind in WORDED else of_numbers(values, shape)


def _parts(
    frame: pd.DataFrame, shapes: Mapping[str, Shape], column: str, values: tuple[str, ...]
) -> dict[str, Profile]:
    """The rows of each value, and under "" the others; all of them where there is no such column."""
    if column not in frame.columns:
        return {"": _whole(frame, shapes)}
    words = frame[column].astype(object).map(str).to_numpy()
    parts = {value: _whole(frame[words == value], shapes) for value in values}
    others = ~np.isin(words, values)
    if others.any() or not values:
        parts[""] = _whole(frame[others], shapes)
    return parts
