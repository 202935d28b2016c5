"""An object with scikit-learn's methods, as a model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import numpy as np

from seawall.config.predicting import Predict, SklearnModel
from seawall.errors import DataError
from seawall.models.breadth import columns_of
from seawall.models.independence import one_by_one, rows_independent
from seawall.models.kinds import kinds_of
from seawall.models.known import categories_of
from seawall.models.loaded import Loaded
from seawall.models.nulls import naming_nulls
from seawall.shown import listed

__all__ = ["loaded_estimator"]


def loaded_estimator(estimator: Any, declared: Predict, path: str, *, skew: str = "") -> Loaded:
    """The estimator's declared method; DataError when it has none of that name."""
    if not hasattr(estimator, declared.method):
        raise _without_method(estimator, declared.method, path)
    _refuse_unfitted(estimator, path)
    one_by_one(estimator)
    call = getattr(estimator, declared.method)
    if isinstance(declared.model, SklearnModel):
        from seawall.models.by_code import quick_call

        call = quick_call(estimator, declared.method)
    names, width = getattr(estimator, "feature_names_in_", None), _width(estimator)
    if names is None and width is not None:
        call = _of_matrix(call)
    if type(estimator).__module__.partition(".")[0] == "sklearn":
        call = naming_nulls(call)
    classes = _labels(getattr(estimator, "classes_", None)) or ()
    several = any(isinstance(each, tuple) for each in classes)
    return Loaded(
        call,
        features=None if names is None else tuple(str(name) for name in names),
        classes=None if several else classes or None,
        rows_independent=rows_independent(estimator),
        width=width,
        target_classes=classes if several else None,
        input_types=kinds_of(estimator, declared.features or ()),
        skew=skew,
        columns=columns_of(estimator, declared.method, None if several else classes or None),
        categories=categories_of(estimator, declared.features or ()),
    )


def _without_method(estimator: Any, method: str, path: str) -> DataError:
    """The error for a model that has not the declared method, with those that it has."""
    known = get_args(Predict.model_fields["method"].annotation)
    has = [name for name in known if hasattr(estimator, name)]
    what, seen = f"the model has no method {method}", type(estimator).__name__
    allowed = listed(has) or f"an object with one of {listed(known)}"
    todo = "write one that it has in predict.method, or take another model"
    return DataError(what, path, seen, allowed, todo)


def _of_matrix(call: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """scikit-learn warns of names that it was not fitted on."""
    return lambda frame: call(np.asarray(frame))


def _refuse_unfitted(estimator: Any, path: str) -> None:
    if type(estimator).__module__.partition(".")[0] != "sklearn":
        return
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    try:
        check_is_fitted(estimator)
    except NotFittedError:
        seen, todo = f"a {type(estimator).__name__} that is not fitted", "save it after its fit"
        raise DataError("the model was never fitted", path, seen, "a fitted one", todo) from None


def _labels(classes: Any) -> tuple[Any, ...] | None:
    """The labels as Python's own values; a tuple of tuples where there are several targets."""
    if classes is None:
        return None
    if isinstance(classes, list | tuple) and any(np.ndim(each) for each in classes):
        return tuple(tuple(np.asarray(each).tolist()) for each in classes)
    return tuple(np.asarray(classes).tolist())


def _width(estimator: Any) -> int | None:
    """How many columns it was fitted on; None where it does not say."""
    width = getattr(estimator, "n_features_in_", None)
    return None if width is None else int(width)
