"""How many columns a fitted scikit-learn estimator returns, as far as it tells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["columns_of"]

_SEVERAL = ("MultiOutputRegressor", "RegressorChain")
"""Regressors that keep one estimator a target."""


def columns_of(estimator: Any, method: str, classes: Sequence[Any] | None) -> int | None:
    """How many columns the method's result has; None where the estimator does not say.

    `classes` are the labels of a classifier with one target. Two of them share one score.
    """
    if type(estimator).__module__.partition(".")[0] != "sklearn":
        return None  # code of a user's may return a frame, or a score a class
    last = _last(estimator)
    if method == "decision_function" and classes is not None and len(classes) == 2:  # noqa: PLR2004 - no and yes
        return None if _several_labels(last) else 1
    return _targets(last) if method == "predict" else None


def _last(estimator: Any) -> Any:
    """What answers: the last step of a pipeline, the best estimator of a search."""
    if type(estimator).__name__ == "Pipeline":
        return _last(estimator.steps[-1][1])
    best = getattr(estimator, "best_estimator_", None)
    return estimator if best is None else _last(best)


def _several_labels(estimator: Any) -> bool:
    """Whether the two classes are the no and yes of several labels, each with a score of its own."""
    shape = getattr(getattr(estimator, "coef_", None), "shape", (1,))
    return bool(getattr(estimator, "multilabel_", False)) or (len(shape) > 1 and shape[0] > 1)


def _targets(estimator: Any) -> int | None:
    from sklearn.base import is_regressor

    if not is_regressor(estimator):
        return None
    if type(estimator).__name__ in _SEVERAL:
        return len(estimator.estimators_)
    shape = getattr(getattr(estimator, "coef_", None), "shape", None)
    if shape is not None:
        return int(shape[0]) if len(shape) > 1 else 1
    count = getattr(estimator, "n_outputs_", None)
    return None if count is None else int(count)
