"""From what the file says of a model to one that predicts."""

from __future__ import annotations

import hashlib
import importlib
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seawall.config.load import fill
from seawall.config.predicting import Predict, PythonModel, SklearnModel
from seawall.errors import (
    DataError,
    ForbiddenError,
    SoftwareError,
    TemporaryError,
    UnavailableError,
)
from seawall.models.output import Columns, wanted_columns

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Model", "ModelPin", "load", "pin"]


@dataclass(frozen=True, slots=True)
class ModelPin:
    """Which model a plan means: its path and the sha256 of its bytes; a callable has its name and ''."""

    path: str
    sha256: str


class Model:
    """A loaded model and the columns that its results become."""

    def __init__(self, estimator: Any, declared: Predict, *, rows_independent: bool) -> None:
        self._call = _call(estimator, declared)
        self._columns: Columns = wanted_columns(estimator, declared)
        self.outputs = declared.output_columns
        names = getattr(estimator, "feature_names_in_", None)
        self.feature_names = None if names is None else tuple(str(name) for name in names)
        self.rows_independent = rows_independent

    def predict(self, features: pd.DataFrame) -> dict[str, Any]:
        """One array a declared output, as long as the frame."""
        return self._columns(self._call(features))


def pin(declared: Predict, *, root: Path, batch: str) -> ModelPin:
    """The model's path and hash; refused before anything is deserialised if it isn't the declared one.

    Raises UnavailableError when the file is missing, ForbiddenError when its hash differs.
    """
    if isinstance(declared.model, PythonModel):
        return ModelPin(declared.model.use, "")
    path = root / fill(declared.model.path, batch)
    digest = hashlib.sha256(_bytes(path)).hexdigest()
    if declared.model.sha256 not in (None, digest):
        raise ForbiddenError(
            "the model is not the one that the pipeline file pins",
            str(path),
            f"sha256 {digest}",
            f"sha256 {declared.model.sha256}",
            "restore the file, or review the new model and change predict.model.sha256",
        )
    return ModelPin(str(path), digest)


def load(declared: Predict, pinned: ModelPin) -> Model:
    """The model that was pinned, from one buffer that is hashed and then read.

    Raises TemporaryError when the bytes changed since, DataError when they hold no usable model,
    ForbiddenError for types that nobody trusts, SoftwareError when the user's factory raises.
    """
    if isinstance(declared.model, PythonModel):
        estimator = _made(declared.model)
    else:
        payload = _bytes(Path(pinned.path))
        if hashlib.sha256(payload).hexdigest() != pinned.sha256:
            raise TemporaryError(
                "the model changed during the run",
                pinned.path,
                "other bytes",
                f"sha256 {pinned.sha256}",
                "run again when the file stays as it is",
            )
        estimator = _estimator(declared.model, payload, pinned)
    if not hasattr(estimator, declared.method):
        raise DataError(
            f"the model has no method {declared.method}", pinned.path, type(estimator).__name__
        )
    from seawall.models.independence import one_by_one, rows_independent

    one_by_one(estimator)
    known = rows_independent(estimator)
    stated = declared.rows_independent
    return Model(estimator, declared, rows_independent=known if stated is None else stated)


def _call(estimator: Any, declared: Predict) -> Callable[[pd.DataFrame], Any]:
    if isinstance(declared.model, SklearnModel):
        from seawall.models.by_code import quick_call

        return quick_call(estimator, declared.method)
    called: Callable[[pd.DataFrame], Any] = getattr(estimator, declared.method)
    return called


def _estimator(declared: Any, payload: bytes, pinned: ModelPin) -> Any:
    from seawall.models.sklearn import from_joblib, from_skops

    if not isinstance(declared, SklearnModel):  # the loader refuses the other types
        raise DataError("no reader for this type of model", pinned.path, declared.type)
    if declared.format == "joblib":
        return from_joblib(payload, pinned.path)
    return from_skops(payload, pinned.path, declared.trusted)


def _made(declared: PythonModel) -> Any:
    module, _, name = declared.use.partition(":")
    parameters: Mapping[str, Any] = declared.with_
    try:
        return getattr(importlib.import_module(module), name)(**parameters)
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        raise SoftwareError(
            f"{type(error).__name__}: {error}",
            f"{declared.use} ({frames[-1].filename}:{frames[-1].lineno})",
            todo="mend the factory, or predict.model.with",
        ) from error


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnavailableError(
            "the model cannot be read",
            str(path),
            error.strerror or str(error),
            "a model file",
            "check predict.model.path; it is taken from the project root",
        ) from error
