"""What the features of a scikit-learn estimator hold, as far as the fitted estimator tells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from seawall.models.carried import Columns, carried, parts
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
    "impute._iterative",
    "impute._knn",
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
"""Estimators of these modules that hand their columns on to another one, or some of them."""
_OF_SEVERAL = ("ensemble._stacking", "ensemble._voting", "multiclass", "multioutput")
"""Modules whose estimators give the same columns to several others."""


def kinds_of(estimator: Any, columns: Columns = ()) -> dict[str, Kind]:
    """The kinds by feature; features of which nothing is known are left out.

    `columns` are the features of an estimator that was fitted on a bare matrix. An encoder knows its
    categories, an estimator that computes wants numbers, behind steps that hand a column on, too.
    scikit-learn itself turns texts of digits into numbers without a word, and codes a number that
    stands where texts were as an unknown category.
    """
    return _kinds(estimator, _named(estimator) or columns)


def _kinds(estimator: Any, columns: Columns) -> dict[str, Kind]:
    """The kinds of the frame's columns that stand at these places of the estimator's input."""
    home, _, module = type(estimator).__module__.partition(".")
    if home != "sklearn" or getattr(estimator, "n_features_in_", len(columns)) != len(columns):
        return {}
    by_name: dict[str, Callable[[Any, Columns], dict[str, Kind]]] = {
        "ColumnTransformer": _side_by_side,
        "Pipeline": _along,
        "SimpleImputer": _of_imputer,
    }
    own = by_name.get(type(estimator).__name__)
    if own is not None:
        return own(estimator, columns)
    inner = _inner(estimator, module)
    if inner:
        return _of_all((each, columns) for each in inner)
    return _of_one(estimator, columns, module)


def _of_one(estimator: Any, columns: Columns, module: str) -> dict[str, Kind]:
    """An encoder by its categories, an estimator that computes by where it is defined."""
    categories = getattr(estimator, "categories_", None)
    if isinstance(categories, list) and len(categories) == len(columns):
        return _of_values_each(columns, categories)
    if type(estimator).__name__ in _OF_OTHERS or not _within(module, _NUMERIC):
        return {}
    computed: dict[str, Kind] = dict.fromkeys(_computed(estimator, columns), "number")
    return computed


def _named(estimator: Any) -> list[str]:
    return [str(name) for name in getattr(estimator, "feature_names_in_", ())]


def _within(module: str, homes: Sequence[str]) -> bool:
    return f"{module}.".startswith(tuple(f"{home}." for home in homes))


def _along(pipeline: Any, columns: Columns) -> dict[str, Kind]:
    """What each step says of the columns that came through to it; the first to know one counts."""
    kinds: dict[str, Kind] = {}
    for _, step in pipeline.steps:
        kinds = _kinds(step, columns) | kinds
        columns = carried(step, columns)
        if not any(columns):
            break
    return kinds


def _side_by_side(transformer: Any, columns: Columns) -> dict[str, Kind]:
    return _of_all(parts(transformer, columns).values())


def _of_all(several: Iterable[tuple[Any, Columns]]) -> dict[str, Kind]:
    return {column: kind for each, given in several for column, kind in _kinds(each, given).items()}


def _inner(estimator: Any, module: str) -> list[Any]:
    """The estimators to which this one hands its columns as they are."""
    if _within(module, _OF_SEVERAL):
        return list(estimator.estimators_)
    calibrated = getattr(estimator, "calibrated_classifiers_", ())
    one = [getattr(estimator, name, None) for name in ("best_estimator_", "regressor_")]
    return [each for each in (*one, *(part.estimator for part in calibrated)) if each is not None]


def _of_imputer(imputer: Any, columns: Columns) -> dict[str, Kind]:
    """A mean is of numbers, a most frequent value is one of the column's; a constant says nothing."""
    if imputer.strategy == "most_frequent":
        return _of_values_each(columns, [np.array([v], object) for v in imputer.statistics_])
    if imputer.strategy not in {"mean", "median"}:
        return {}
    return {name: "number" for name in columns if name is not None}


def _computed(estimator: Any, columns: Columns) -> list[str]:
    """The columns that are numbers; boosted trees may have some that are categories."""
    categorical = getattr(estimator, "is_categorical_", None)
    if categorical is None:
        return [name for name in columns if name is not None]
    if len(categorical) != len(columns):
        return []
    pairs = zip(columns, categorical, strict=True)
    return [name for name, apart in pairs if name is not None and not apart]


def _of_values_each(columns: Columns, values: Sequence[Any]) -> dict[str, Kind]:
    pairs = zip(columns, map(_of_values, values), strict=True)
    return {name: kind for name, kind in pairs if name is not None and kind is not None}


def _of_values(values: Any) -> Kind | None:
    known = [value for value in values.tolist() if value is not None and value == value]  # noqa: PLR0124 - nan
    if known and all(isinstance(value, str) for value in known):
        return "text"
    return "number" if known and all(isinstance(v, int | float) for v in known) else None
