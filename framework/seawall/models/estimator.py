"""An object with scikit-learn's methods, as a model."""

from __future__ import annotations

from typing import Any

import numpy as np

from seawall.config.predicting import Predict, SklearnModel
from seawall.errors import DataError
from seawall.models.independence import one_by_one, rows_independent
from seawall.models.loaded import Loaded

__all__ = ["loaded_estimator"]


def loaded_estimator(estimator: Any, declared: Predict, path: str) -> Loaded:
    """The estimator's declared method; DataError when it has none of that name."""
    if not hasattr(estimator, declared.method):
        raise DataError(
            f"the model has no method {declared.method}", path, type(estimator).__name__
        )
    one_by_one(estimator)
    call = getattr(estimator, declared.method)
    if isinstance(declared.model, SklearnModel):
        from seawall.models.by_code import quick_call

        call = quick_call(estimator, declared.method)
    names = getattr(estimator, "feature_names_in_", None)
    classes = getattr(estimator, "classes_", None)
    return Loaded(
        call,
        features=None if names is None else tuple(str(name) for name in names),
        classes=None if classes is None else tuple(np.asarray(classes).tolist()),
        rows_independent=rows_independent(estimator),
    )
