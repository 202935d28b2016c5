"""XGBoost boosters, in XGBoost's own JSON or UBJSON format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from seawall.config.predicting import Predict, XgboostModel
from seawall.errors import DataError
from seawall.models.boosters import Objective, outcome_of
from seawall.models.categories import as_codes, hold_type, whole
from seawall.models.loaded import Loaded
from seawall.models.matrix import as_matrix, as_numbers
from seawall.models.packages import package
from seawall.models.xgboost_document import Document, document_of

if TYPE_CHECKING:
    import pandas as pd

    from seawall.models.load import ModelPin

__all__ = ["from_bytes"]

_OF_CLASSES = frozenset({"binary:logistic", "multi:softprob"})
"""Objectives whose result is the probability of a class."""


def from_bytes(declared: Predict, pinned: ModelPin, payload: bytes, threads: int) -> Loaded:
    """The booster's declared method, with the rounds that were best where training stopped early.

    DataError for a damaged file, for one of a newer XGBoost unless that is allowed, and for a method
    that the booster hasn't.
    """
    model = declared.model
    if not isinstance(model, XgboostModel):
        raise TypeError(model.type)
    document = document_of(payload, pinned.path)
    skew = _skew(document, pinned.path, allowed=model.allow_version_skew)
    classes = max(2, document.classes) if document.objective in _OF_CLASSES else 0
    objective = Objective(document.objective, classes)
    outcome = outcome_of(declared, objective, model.classes, pinned.path)
    booster = _booster(payload, threads, pinned.path)
    asked = {
        "predict_type": "margin" if declared.method == "decision_function" else "value",
        "iteration_range": (0, document.rounds or 0),
    }

    def call(frame: pd.DataFrame) -> Any:
        matrix = _matrix(frame, document.categories, narrow=model.float32)
        return outcome.of(booster.inplace_predict(matrix, validate_features=False, **asked))

    return Loaded(
        call,
        features=document.features or None,
        width=document.width,
        classes=outcome.classes,
        input_types={
            name: "number" for name in document.features if name not in document.categories
        },
        takes={
            name: partial(as_numbers, dtype=np.float32, narrow=model.float32)
            if (known := document.categories.get(name)) is None
            else partial(hold_type, categories=known)
            for name in document.features or declared.features or ()
        },
        rows_independent=True,
        categories={
            name: tuple(known) for name, known in document.categories.items() if known is not None
        },
        columns=outcome.columns,
        skew=skew,
    )


def _booster(payload: bytes, threads: int, path: str) -> Any:
    xgboost = package("xgboost", "xgboost")
    booster = xgboost.Booster(params={"nthread": threads})
    try:
        booster.load_model(bytearray(payload))
        booster.set_param({"nthread": threads})  # the file has the number of its training
    except (xgboost.core.XGBoostError, ValueError) as error:
        raise DataError(
            "the installed XGBoost cannot read the file",
            path,
            " ".join(str(error).split())[:200],
            f"what xgboost {xgboost.__version__} reads",
            "save the model with the installed version, or install the model's",
        ) from error
    return booster


def _skew(document: Document, path: str, *, allowed: bool) -> str:
    """Which newer version saved the model, in words; '' for this one, and for older ones.

    XGBoost promises to read what older versions wrote.
    """
    installed = package("xgboost", "xgboost").__version__
    if document.version[:2] <= tuple(int(part) for part in installed.split(".")[:2]):
        return ""
    saved = ".".join(map(str, document.version))
    if allowed:
        return f"the model was saved with xgboost {saved}, {installed} is installed"
    raise DataError(
        "the model was saved by a newer version of XGBoost",
        path,
        f"xgboost {saved}",
        f"xgboost {installed}, which is installed, or an older one",
        "install the model's version, or declare allow_version_skew: true, with golden "
        "predictions to hold it to",
    )


def _matrix(
    frame: pd.DataFrame, categories: Mapping[str, Sequence[Any] | None], *, narrow: bool
) -> NDArray[np.float32]:
    """The frame in 32 bits, in which XGBoost computes; categories as the numbers of training."""
    if not categories:
        return as_matrix(frame, np.float32, narrow=narrow)
    matrix = np.empty(frame.shape, np.float32)
    for place, name in enumerate(frame.columns):
        known, values = categories.get(name), frame[name]
        if known is not None:
            matrix[:, place] = as_codes(values, known)
            continue
        numbers = as_numbers(values, np.float32, narrow=narrow)
        matrix[:, place] = whole(numbers, name) if name in categories else numbers
    return matrix
