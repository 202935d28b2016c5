"""Which categories a fitted scikit-learn estimator knows, feature by feature."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from seawall.models.carried import Columns, carried, parts

__all__ = ["categories_of"]

Known = tuple[str, tuple[Any, ...]]
_INNER = ("best_estimator_", "regressor_", "_preprocessor")
"""Where an estimator keeps the one that it hands its columns to; boosted trees an encoder of their own."""
_SEVERAL = ("estimators_", "calibrated_classifiers_")


def categories_of(estimator: Any, columns: Columns = ()) -> dict[str, tuple[Any, ...]]:
    """The values that the estimator's encoders were fitted on, by feature; of others nothing is known.

    `columns` are the features of an estimator that was fitted on a bare matrix. Nulls are left out.
    """
    named = [str(name) for name in getattr(estimator, "feature_names_in_", ())]
    return dict(_known(estimator, named or columns))


def _known(estimator: Any, columns: Columns) -> Iterator[Known]:
    if type(estimator).__module__.partition(".")[0] != "sklearn":
        return
    kind = type(estimator).__name__
    if kind == "ColumnTransformer":
        for each, given in parts(estimator, columns).values():
            yield from _known(each, given)
    elif kind == "Pipeline":
        for _, step in estimator.steps:
            yield from _known(step, columns)
            columns = carried(step, columns)
    else:
        yield from _own(estimator, columns)
        for inner in _inner(estimator):
            yield from _known(inner, columns)


def _inner(estimator: Any) -> Iterator[Any]:
    """The estimators that are given the same columns."""
    yield from (found for name in _INNER if (found := getattr(estimator, name, None)) is not None)
    for name in _SEVERAL:
        several = getattr(estimator, name, ())
        for each in several if isinstance(several, list) else ():
            yield getattr(each, "estimator", each)


def _own(estimator: Any, columns: Columns) -> Iterator[Known]:
    lists = getattr(estimator, "categories_", None)
    if not isinstance(lists, list) or len(lists) != len(columns):
        return
    for name, values in zip(columns, lists, strict=True):
        if name is not None:
            yield name, _without_nulls(values.tolist())


def _without_nulls(values: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(value for value in values if value is not None and value == value)  # noqa: PLR0124 - nan
