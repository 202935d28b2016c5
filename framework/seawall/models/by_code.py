"""An ordinal encoder applied to the categories of a column rather than to each of its rows.

The encoder maps equal values to equal numbers, so what it makes of the distinct values says
everything; the rows follow by their category's code. The encoder itself is asked, on a frame of the
same dtypes, so nothing of it is done over again here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["quick_call"]

Matrix = NDArray[np.float64]


def quick_call(estimator: Any, method: str) -> Callable[[pd.DataFrame], Any]:
    """The estimator's method; the same results sooner where its first step only encodes ordinals.

    That is a Pipeline whose first step is a ColumnTransformer of OrdinalEncoders and columns that
    are passed through; a frame with other dtypes goes the plain way.
    """
    plain: Callable[[pd.DataFrame], Any] = getattr(estimator, method)
    parts = _parts(estimator)
    if not parts:
        return plain
    rest = getattr(estimator[1:], method)
    return lambda frame: rest(_matrix(frame, parts)) if _fits(frame, parts) else plain(frame)


@dataclass(frozen=True, slots=True)
class _Part:
    """Some columns, and their encoder; None for columns that are passed through."""

    columns: Sequence[str]
    encoder: Any


def _parts(estimator: Any) -> list[_Part]:
    """The first step's parts in the order of its output; [] when it does anything else."""
    from sklearn import get_config
    from sklearn.compose import ColumnTransformer
    from sklearn.pipeline import Pipeline

    if type(estimator) is not Pipeline or len(estimator.steps) < 2:  # noqa: PLR2004 - encode, then predict
        return []
    first = estimator.steps[0][1]
    if type(first) is not ColumnTransformer or first.transformer_weights or first.sparse_output_:
        return []
    output = getattr(first, "_sklearn_output_config", {}).get("transform", "default")
    if output != "default" or get_config()["transform_output"] != "default":
        return []
    parts = [_part(step, columns) for _, step, columns in first.transformers_ if step != "drop"]
    return [part for part in parts if part] if all(parts) else []


def _part(step: Any, columns: Any) -> _Part | None:
    from sklearn.preprocessing import FunctionTransformer, OrdinalEncoder

    if not isinstance(columns, list) or not all(isinstance(name, str) for name in columns):
        return None
    if type(step) is OrdinalEncoder and step.dtype == np.float64:
        return _Part(columns, step)
    bare = type(step) is FunctionTransformer and step.func is None
    return _Part(columns, None) if bare or step == "passthrough" else None


def _fits(frame: pd.DataFrame, parts: Sequence[_Part]) -> bool:
    return all(
        (_is_number if part.encoder is None else _is_text_category)(frame[name].dtype)
        for part in parts
        for name in part.columns
    )


def _is_number(dtype: Any) -> bool:
    return isinstance(dtype, np.dtype) and dtype.kind in "iufb"


def _is_text_category(dtype: Any) -> bool:
    is_category = isinstance(dtype, pd.CategoricalDtype)
    return is_category and isinstance(dtype.categories.dtype, pd.StringDtype)


def _matrix(frame: pd.DataFrame, parts: Sequence[_Part]) -> Matrix:
    """What the first step would make of the frame."""
    matrix = np.empty((len(frame), sum(len(part.columns) for part in parts)))
    place = 0
    for part in parts:
        tables = _tables(frame, part) if part.encoder is not None else {}
        for name in part.columns:
            values = frame[name]
            matrix[:, place] = tables[name][values.cat.codes] if name in tables else values
            place += 1
    return matrix


def _tables(frame: pd.DataFrame, part: _Part) -> dict[str, Matrix]:
    """For each column the encoder's number by category code; a null, code −1, has the last place."""
    used = {name: np.unique(frame[name].cat.codes) for name in part.columns}
    longest = max(map(len, used.values()))
    distinct = pd.DataFrame(
        {
            name: _of_codes(np.resize(codes, longest), frame[name].dtype)
            for name, codes in used.items()
        }
    )
    numbers = part.encoder.transform(distinct)
    tables = {}
    for place, (name, codes) in enumerate(used.items()):
        table = np.full(len(frame[name].cat.categories) + 1, np.nan)
        table[codes] = numbers[: len(codes), place]
        tables[name] = table
    return tables


def _of_codes(codes: NDArray[np.integer[Any]], dtype: Any) -> pd.Categorical[Any]:
    return pd.Categorical.from_codes(codes, dtype=dtype)
