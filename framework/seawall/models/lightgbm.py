"""LightGBM boosters, in LightGBM's own text format."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from seawall.config.predicting import LightgbmModel, Predict
from seawall.errors import DataError
from seawall.models.boosters import Objective, outcome_of
from seawall.models.categories import as_codes, hold_type, whole
from seawall.models.lightgbm_text import Text, text_of
from seawall.models.loaded import Loaded
from seawall.models.matrix import as_matrix, as_numbers
from seawall.models.packages import package

if TYPE_CHECKING:
    import pandas as pd

    from seawall.models.load import ModelPin

__all__ = ["categories_of", "from_bytes", "matrix_of", "takes_of"]

Categories = Mapping[str, Sequence[Any] | None]
"""The features that are categories: their values, None where they are whole numbers themselves."""
_OF_CLASSES = frozenset({"binary", "multiclass", "multiclassova"})
"""Objectives whose result is the probability of a class."""


def from_bytes(declared: Predict, pinned: ModelPin, payload: bytes, threads: int) -> Loaded:
    """The booster's declared method; DataError for a damaged file, and for a method it hasn't."""
    model = declared.model
    if not isinstance(model, LightgbmModel):
        raise TypeError(model.type)
    text = text_of(payload, pinned.path)
    classes = max(2, text.classes) if text.objective in _OF_CLASSES else 0
    outcome = outcome_of(declared, Objective(text.objective, classes), model.classes, pinned.path)
    categories, raw = categories_of(text, pinned.path), declared.method == "decision_function"
    booster = _booster(text, pinned.path)

    def call(frame: pd.DataFrame) -> Any:
        matrix = matrix_of(frame, categories)
        return outcome.of(booster.predict(matrix, raw_score=raw, num_threads=threads))

    return Loaded(
        call,
        features=text.features,
        classes=outcome.classes,
        input_types=dict.fromkeys(text.numeric, "number"),
        takes=takes_of(text, categories),
        rows_independent=True,
        categories={name: tuple(known) for name, known in categories.items() if known is not None},
        columns=outcome.columns,
    )


def takes_of(text: Text, categories: Categories) -> dict[str, Callable[[pd.Series[Any]], object]]:
    """What becomes of each feature: a number, or the code of a category."""
    return {
        name: partial(as_numbers, dtype=np.float64)
        if (known := categories.get(name)) is None
        else partial(hold_type, categories=known)
        for name in text.features
    }


def _booster(text: Text, path: str) -> Any:
    lightgbm = package("lightgbm", "lightgbm")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return lightgbm.Booster(model_str=text.text)
        except lightgbm.basic.LightGBMError as error:
            raise DataError(
                "the installed LightGBM cannot read the file",
                path,
                " ".join(str(error).split())[:200],
                f"what lightgbm {lightgbm.__version__} reads",
                "save the model with the installed version, or install the model's",
            ) from error


def categories_of(text: Text, path: str) -> Categories:
    """The features that are categories.

    The file lists pandas' categories by position only; LightGBM itself gives them to whichever
    columns of the frame are categories.
    """
    if text.categories is None:
        return dict.fromkeys(text.coded)
    named = [name for name in text.features if name in text.categorical]
    if len(named) != len(text.categories):
        raise DataError(
            "the file does not say which columns its categories belong to",
            path,
            f"{len(text.categories)} lists for {', '.join(named) or 'no column'}",
            "a list a column",
            "train it with all columns of categories unordered and categorical_feature='auto'",
        )
    return dict(zip(named, text.categories, strict=True))


def matrix_of(frame: pd.DataFrame, categories: Categories) -> NDArray[np.floating[Any]]:
    """The frame as LightGBM has it: floats of 32 bits where all columns are, else of 64."""
    if not categories:
        narrow = all(dtype == np.float32 for dtype in frame.dtypes)
        return as_matrix(frame, np.float32 if narrow else np.float64)
    matrix = np.empty(frame.shape)
    for place, name in enumerate(frame.columns):
        known = categories.get(name)
        values = frame[name]
        if known is not None:
            matrix[:, place] = as_codes(values, known)
            continue
        numbers = as_numbers(values, np.float64)
        matrix[:, place] = whole(numbers, name) if name in categories else numbers
    return matrix
