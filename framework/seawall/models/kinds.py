"""What the features of a scikit-learn estimator hold, as far as the fitted estimator tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from seawall.models.loaded import Kind

__all__ = ["kinds_of"]

_NUMERIC = (
    "cluster",
    "decomposition",
    "discriminant_analysis",
    "ensemble._bagging",
    "ensemble._forest",
    "ensemble._gb",
    "ensemble._hist_gradient_boosting",
    "ensemble._iforest",
    "gaussian_process",
    "isotonic",
    "kernel_approximation",
    "linear_model",
    "mixture",
    "naive_bayes",
    "neighbors",
    "neural_network",
    "preprocessing._data",
    "preprocessing._discretization",
    "preprocessing._polynomial",
    "svm",
    "tree",
)
"""Modules whose estimators compute with numbers, and would read a text "12" as one."""
_OF_OTHERS = ("BaggingClassifier", "BaggingRegressor", "RANSACRegressor")
"""Estimators of these modules that hand their columns on to another one as they are."""


def kinds_of(estimator: Any) -> dict[str, Kind]:
    """The kinds by feature; features of which nothing is known are left out.

    An encoder knows its categories, an estimator that computes wants numbers. scikit-learn itself
    turns texts of digits into numbers without a word, and codes a number that stands where texts
    were as an unknown category.
    """
    home, _, module = type(estimator).__module__.partition(".")
    if home != "sklearn":
        return {}
    name = type(estimator).__name__
    if name == "Pipeline":
        first = estimator.steps[0][1]
        return {} if isinstance(first, str) else kinds_of(first)
    if name == "ColumnTransformer":
        parts = [step for _, step, _ in estimator.transformers_ if not isinstance(step, str)]
        return {column: kind for part in parts for column, kind in kinds_of(part).items()}
    columns = _named(estimator)
    categories = getattr(estimator, "categories_", None)
    if isinstance(categories, list) and len(categories) == len(columns):
        return _of_categories(columns, categories)
    if name in _OF_OTHERS or not f"{module}.".startswith(tuple(f"{part}." for part in _NUMERIC)):
        return {}
    return dict.fromkeys(_computed(estimator, columns), "number")


def _named(estimator: Any) -> list[str]:
    return [str(name) for name in getattr(estimator, "feature_names_in_", ())]


def _computed(estimator: Any, columns: Sequence[str]) -> list[str]:
    """The columns that are numbers; boosted trees may have some that are categories."""
    categorical = getattr(estimator, "is_categorical_", None)
    if categorical is None or len(categorical) != len(columns):
        return list(columns) if categorical is None else []
    return [name for name, apart in zip(columns, categorical, strict=True) if not apart]


def _of_categories(columns: Sequence[str], categories: Sequence[Any]) -> dict[str, Kind]:
    kinds: Mapping[str, Kind | None] = {
        name: _of_values(known) for name, known in zip(columns, categories, strict=True)
    }
    return {name: kind for name, kind in kinds.items() if kind is not None}


def _of_values(values: Any) -> Kind | None:
    known = [value for value in values.tolist() if value is not None and value == value]  # noqa: PLR0124 - nan
    if known and all(isinstance(value, str) for value in known):
        return "text"
    return "number" if known and all(isinstance(v, int | float) for v in known) else None
