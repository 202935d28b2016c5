"""What a model returns, as the columns that the pipeline file names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from seawall.config.predicting import Predict
from seawall.errors import DataError
from seawall.models.loaded import Loaded

__all__ = ["Columns", "wanted_columns"]

Columns = Callable[[Any], dict[str, Any]]


def wanted_columns(loaded: Loaded, declared: Predict) -> Columns:
    """A function from the method's result to {output column: array}.

    Probabilities are chosen by class label, never by position; DataError when the model has no
    such class.
    """
    if not isinstance(declared.outputs, dict):
        return _in_order(declared.output_columns)
    if loaded.classes is None or declared.method != "predict_proba":
        return _in_order(declared.output_columns)
    labels = list(loaded.classes)
    places: dict[str, int] = {}
    for column, label in declared.outputs.items():
        if label not in labels:
            raise DataError(
                f"the model has no class {label!r}",
                f"predict.outputs.{column}",
                f"classes {labels}",
                "one of the model's classes",
            )
        places[column] = labels.index(label)
    return lambda result: {column: result[:, place] for column, place in places.items()}


def _in_order(columns: tuple[str, ...]) -> Columns:
    def split(result: Any) -> dict[str, Any]:
        values = np.asarray(result)
        table = values.reshape(len(values), -1)
        if table.shape[1] != len(columns):
            raise DataError(
                "the model returns another number of columns than predict.outputs names",
                "predict.outputs",
                str(table.shape[1]),
                str(len(columns)),
            )
        return {column: table[:, place] for place, column in enumerate(columns)}

    return split
