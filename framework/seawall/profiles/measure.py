"""From a chunk's frame to its profile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from seawall.profiles.column import ColumnProfile
from seawall.profiles.ordered import of_numbers
from seawall.profiles.shape import WORDED, Shape
from seawall.profiles.tally import worded
from seawall.profiles.whole import Profile
from seawall.profiles.words import of_words

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
    """The rows of each value, and under "" the others, where there are any."""
    if column not in frame.columns:
        return {"": _whole(frame, shapes)}
    found = worded(frame[column])
    listed = pc.index_in(found.words, value_set=pa.array(values, pa.large_string()))
    # A word that is no listed value is at the end, as a null is.
    owner = np.append(listed.fill_null(len(values)).to_numpy(), len(values))[found.places]
    measured = frame[list(shapes)]
    parts = {value: _whole(measured[owner == at], shapes) for at, value in enumerate(values)}
    others = owner == len(values)
    return {**parts, "": _whole(measured[others], shapes)} if others.any() or not parts else parts
