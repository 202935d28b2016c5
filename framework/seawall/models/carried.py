"""Which columns a fitted step of scikit-learn's hands on as they are, for the next one to hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

__all__ = ["Columns", "carried", "parts"]

Columns = Sequence[str | None]
"""The frame's column at each place of a step's input or output; None for one that a step made."""


def carried(step: Any, columns: Columns) -> Columns:
    """The columns of the step's output, () where nothing is known of them.

    A filled null leaves a column what it was: an imputer does not turn texts into numbers.
    """
    if step is None or isinstance(step, str):
        return columns if step != "drop" else ()
    if type(step).__module__.partition(".")[0] != "sklearn":
        return ()
    by_name: dict[str, Callable[[Any, Columns], Columns]] = {
        "ColumnTransformer": _side_by_side,
        "FunctionTransformer": _unless_a_function,
        "Pipeline": _through,
        "SimpleImputer": _filled,
    }
    return by_name.get(type(step).__name__, _selected)(step, columns)


def parts(transformer: Any, columns: Columns) -> Mapping[str, tuple[Any, Columns]]:
    """Each part of a ColumnTransformer by its name, with the columns that it is given."""
    places = getattr(transformer, "_transformer_to_input_indices", {})
    return {
        name: (step, [columns[place] for place in places.get(name, ())])
        for name, step, _ in transformer.transformers_
    }


def _unless_a_function(step: Any, columns: Columns) -> Columns:
    return columns if step.func is None else ()


def _through(pipeline: Any, columns: Columns) -> Columns:
    for _, step in pipeline.steps:
        columns = carried(step, columns)
    return columns


def _side_by_side(transformer: Any, columns: Columns) -> Columns:
    spans = transformer.output_indices_
    made: list[str | None] = [None] * max((span.stop for span in spans.values()), default=0)
    for name, (step, given) in parts(transformer, columns).items():
        kept, span = carried(step, given), spans[name]
        if len(kept) == span.stop - span.start:
            made[span] = kept
    return made


def _filled(imputer: Any, columns: Columns) -> Columns:
    """Behind the columns stand those that say where nulls were; a column of nulls alone is dropped."""
    empty = [value is None or value != value for value in imputer.statistics_.tolist()]  # noqa: PLR0124 - nan
    if len(empty) != len(columns) or (any(empty) and not imputer.keep_empty_features):
        return ()
    indicator = getattr(imputer, "indicator_", None)
    return [*columns, *([None] * (0 if indicator is None else len(indicator.features_)))]


def _selected(step: Any, columns: Columns) -> Columns:
    """The columns that a selector keeps; of any other step nothing is known."""
    support = np.asarray(step.get_support() if hasattr(step, "get_support") else ())
    if len(support) != len(columns):
        return ()
    return [name for name, stays in zip(columns, support, strict=True) if stays]
