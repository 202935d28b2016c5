"""Whether a row's prediction has the same bits whatever rows stand beside it."""

from __future__ import annotations

from typing import Any

__all__ = ["one_by_one", "rows_independent"]

_BY_COMPARING = (
    "ExtraTreeClassifier",
    "ExtraTreeRegressor",
    "ExtraTreesClassifier",
    "ExtraTreesRegressor",
    "DecisionTreeClassifier",
    "DecisionTreeRegressor",
    "DummyClassifier",
    "DummyRegressor",
    "GradientBoostingClassifier",
    "GradientBoostingRegressor",
    "HistGradientBoostingClassifier",
    "HistGradientBoostingRegressor",
    "RandomForestClassifier",
    "RandomForestRegressor",
)
_BY_ELEMENT = (
    "Binarizer",
    "KBinsDiscretizer",
    "MaxAbsScaler",
    "MinMaxScaler",
    "OneHotEncoder",
    "OrdinalEncoder",
    "RobustScaler",
    "SimpleImputer",
    "StandardScaler",
    "TargetEncoder",
)


def rows_independent(estimator: Any) -> bool:
    """True for trees, alone or behind steps that treat each value by itself.

    Matrix products are not: BLAS picks its kernel by the shape of the block, and the last bit
    moves. What is not known is taken to be one.
    """
    if type(estimator).__module__.partition(".")[0] != "sklearn":
        return False
    name = type(estimator).__name__
    if name == "Pipeline":
        return all(rows_independent(step) for _, step in estimator.steps)
    if name == "ColumnTransformer":
        return all(_passes(step) for _, step, _ in estimator.transformers_)
    return name in _BY_COMPARING or name in _BY_ELEMENT


def one_by_one(estimator: Any) -> None:
    """A forest adds up its trees in their order, in one thread.

    With n_jobs it adds them as its threads end, and the sum's last bit moves from call to call.
    """
    if type(estimator).__name__ == "Pipeline":
        for _, step in estimator.steps:
            one_by_one(step)
    elif type(estimator).__module__.startswith("sklearn.ensemble._forest"):
        estimator.n_jobs = 1


def _passes(step: Any) -> bool:
    """`remainder="passthrough"` is fitted as a FunctionTransformer that has no function."""
    if isinstance(step, str):
        return True
    bare = type(step).__name__ == "FunctionTransformer" and step.func is None
    return bare or rows_independent(step)
