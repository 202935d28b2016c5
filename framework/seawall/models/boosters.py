"""What boosted trees answer with, by method: numbers, probabilities, labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seawall.config.predicting import Predict
from seawall.errors import DataError

__all__ = ["Objective", "Outcome", "outcome_of"]


@dataclass(frozen=True, slots=True)
class Objective:
    """What a booster was trained for: `classes` is how many it tells apart, 0 if it makes numbers."""

    name: str
    classes: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a booster's numbers become a method's result; `classes` are the labels, None for none."""

    method: str
    classes: tuple[Any, ...] | None

    @property
    def columns(self) -> int | None:
        """How many columns the result has; None for numbers, which may be several a row."""
        if self.classes is None:
            return None
        count, method = len(self.classes), self.method
        single = method == "predict" or (method == "decision_function" and count == 2)  # noqa: PLR2004 - no and yes
        return 1 if single else count

    def of(self, numbers: NDArray[Any]) -> NDArray[Any]:
        """The result: probabilities as a column a class, labels, or the numbers as they are."""
        if self.classes is None or self.method == "decision_function":
            return numbers
        chances = np.column_stack([1 - numbers, numbers]) if numbers.ndim == 1 else numbers
        if self.method == "predict_proba":
            return chances
        labels: NDArray[Any] = np.array(self.classes)[chances.argmax(axis=1)]
        return labels


def outcome_of(
    declared: Predict, objective: Objective, stated: tuple[Any, ...] | None, path: str
) -> Outcome:
    """The method's outcome; DataError for one that the booster does not have.

    Its classes are numbers from 0 on, and `stated` are the labels behind them. Without those a label
    is not predicted: the same booster's own `predict` answers with probabilities.
    """
    method, count = declared.method, objective.classes
    if method == "transform" or (method == "predict_proba" and not count):
        raise DataError(
            f"the model has no method {method}",
            path,
            f"a booster with the objective {objective.name or 'of your own'}",
            "decision_function, or predict" + (" and predict_proba" if count else ""),
            "change predict.method",
        )
    if stated is not None and len(stated) != count:
        raise DataError(
            "predict.model.classes are not as many as the model has",
            path,
            f"{len(stated)} labels",
            f"{count} labels" if count else "none: the model makes numbers",
            "list them in the order of the numbers that they had in training",
        )
    if method == "predict" and count and stated is None:
        raise DataError(
            "predict answers with labels, and a booster has none",
            path,
            f"the objective {objective.name}, {count} classes",
            "the labels behind the numbers 0, 1, …",
            "list them under predict.model.classes, or use method: predict_proba",
        )
    return Outcome(method, (stated or tuple(range(count))) if count else None)
