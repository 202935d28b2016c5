"""Which shape a column has, from a sample of its values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from seawall.profiles.decoded import is_dictionary
from seawall.profiles.grids import grid_of
from seawall.profiles.numeric import numbers_of
from seawall.profiles.shape import BOOLEAN, MOST_WORDS, Kind, Shape
from seawall.profiles.tally import Tally, tally

__all__ = ["kind_of", "shape_of", "shapes_of"]

_NO_KINDS: Mapping[str, Kind] = {}
_FEW_WORDS = 50
_RARE = 5
_SMALL = 1_000
_REPEATED = 2
_MANY_REPEATED = 10


def shapes_of(
    frame: pd.DataFrame,
    columns: Iterable[str] | None = None,
    kinds: Mapping[str, Kind] = _NO_KINDS,
) -> dict[str, Shape]:
    """The shape of each of these columns (of all) that the frame has; keys are left out."""
    names = frame.columns if columns is None else [n for n in columns if n in frame.columns]
    return {
        name: shape_of(frame[name], kinds.get(name)) for name in names if kinds.get(name) != "key"
    }


def shape_of(values: pd.Series[Any], kind: Kind | None = None) -> Shape:
    """The shape that these values ask for, or that they have as this kind.

    A grid has the values' quantiles (see grid_of). A vocabulary names the 1,000 most frequent words
    (the first by name among equals) in alphabetical order; from 1,000 values on, words of fewer than
    5 rows are not named, for they may tell of a person. The values decide, not their order.
    """
    kind = kind or kind_of(values)
    if kind == "boolean":
        return Shape(kind, vocabulary=BOOLEAN)
    if kind == "categorical":
        return Shape(kind, vocabulary=_vocabulary(tally(values)))
    if kind == "key":
        return Shape(kind)
    numbers = numbers_of(values, kind).floats
    return Shape(kind, grid=grid_of(numbers[np.isfinite(numbers)]))


def kind_of(values: pd.Series[Any]) -> Kind:
    """What the values are, by their type, and texts by how often they repeat.

    Texts are categories when there are at most 50 of them, 1,000 and on average each twice, or more
    and on average each ten times.
    Objects of one kind (numbers, dates, booleans) are of that kind; any mixture is text, of which only the
    texts are counted, and so is what has no kind at all, nulls alone among it.
    """
    if isinstance(values.dtype, pd.StringDtype):
        return _kind_of_texts(values)
    return _kind_of_type(values.dtype) or _kind_of_objects(values)


def _kind_of_type(kind: Any) -> Kind | None:
    """What every column of the type is; None where only the values can tell."""
    types = pd.api.types
    if isinstance(kind, pd.CategoricalDtype) or is_dictionary(kind):
        return "categorical"
    if types.is_bool_dtype(kind):
        return "boolean"
    arrow_time = isinstance(kind, pd.ArrowDtype) and kind.kind == "M"
    if arrow_time or types.is_datetime64_any_dtype(kind) or isinstance(kind, pd.PeriodDtype):
        return "timestamp"
    number = types.is_numeric_dtype(kind) and not types.is_complex_dtype(kind)
    return "ordered" if number or types.is_timedelta64_dtype(kind) else None


def _kind_of_texts(values: pd.Series[Any]) -> Kind:
    found = tally(values)
    different, rows = len(found.words), int(found.counts.sum())
    times = _REPEATED if different <= MOST_WORDS else _MANY_REPEATED
    repeated = different <= _FEW_WORDS or times * different <= rows
    return "categorical" if rows and repeated else "text"


def _kind_of_objects(values: pd.Series[Any]) -> Kind:
    inferred = pd.api.types.infer_dtype(values, skipna=True)
    if inferred == "string":
        return _kind_of_texts(values)
    if inferred in {"boolean", "date", "datetime", "datetime64"}:
        return "boolean" if inferred == "boolean" else "timestamp"
    numbers = numbers_of(values, "ordered")
    return "ordered" if numbers.nulls < len(values) and not numbers.other else "text"


def _vocabulary(found: Tally) -> tuple[str, ...]:
    least = _RARE if found.counts.sum() >= _SMALL else 1
    named = zip(found.words.to_pylist(), found.counts.tolist(), strict=True)
    ranked = sorted((-count, word) for word, count in named if count >= least)
    return tuple(sorted(word for _, word in ranked[:MOST_WORDS]))
