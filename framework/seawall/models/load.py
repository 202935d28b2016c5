"""From what the file says of a model to one that predicts."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seawall.config.predicting import Predict
from seawall.errors import DataError, TemporaryError
from seawall.models.contents import contents, digest
from seawall.models.labels import answers
from seawall.models.loaded import Loaded
from seawall.models.output import Columns, wanted_columns
from seawall.models.row_order import hold_order
from seawall.models.signature import signature_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Model", "ModelPin", "load"]


Reader = Callable[[Predict, "ModelPin", bytes, int], Loaded]
"""What reads a format: what the file says, the pin, the bytes, threads a call.

The bytes are none for a callable, and of a folder what `folder.packed` makes of it. The model that
is read is `predict.model`, also where it is the fallback.
"""
_READERS = {
    "lightgbm": "seawall.models.lightgbm:from_bytes",
    "mlflow": "seawall.models.mlflow:from_bytes",
    "onnx": "seawall.models.onnx:from_bytes",
    "python": "seawall.models.python:from_factory",
    "sklearn": "seawall.models.sklearn:from_bytes",
    "xgboost": "seawall.models.xgboost:from_bytes",
}
_PLUG_IN = "seawall.models.plugin:from_plugin"


@dataclass(frozen=True, slots=True)
class ModelPin:
    """Which model a plan means: its path and the sha256 of its bytes; a callable has its name and ''.

    With `fallback` it is the second model, and `why` says why the first is not asked. `golden` is
    the sha256 of the file of expected outputs, '' where none is held to.
    """

    path: str
    sha256: str
    fallback: bool = False
    why: str = ""
    golden: str = ""


class Model:
    """A loaded model and the columns that its results become."""

    def __init__(self, loaded: Loaded, declared: Predict) -> None:
        self._call = loaded.call
        self._columns: Columns = wanted_columns(loaded, declared)
        self._signature = signature_of(loaded, declared)
        self.outputs, self.labels = declared.output_columns, answers(loaded, declared)
        self.feature_names, self.kinds = self._signature.names, self._signature.kinds
        self.skew = loaded.skew
        self.categories = _known(loaded, declared)
        stated = declared.rows_independent
        self.rows_independent = loaded.rows_independent if stated is None else stated

    def features(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The model's own columns in its own order; DataError where the frame does not have them."""
        return self._signature.of(frame)

    def hold(self, frame: pd.DataFrame) -> None:
        """Columns of the frame that are the model's hold what it was fitted on, or DataError."""
        self._signature.hold(frame)

    def predict(self, features: pd.DataFrame) -> dict[str, Any]:
        """One array a declared output, in the frame's order."""
        rows = features.index
        result = self._call(features)
        hold_order(result, rows)
        return self._columns(result)


def load(declared: Predict, pinned: ModelPin, *, threads: int = 1) -> Model:
    """The model that was pinned, from one buffer that is hashed and then read.

    It computes with so many threads a call. Raises TemporaryError when the bytes changed since,
    DataError when they hold no usable model, ForbiddenError for types that nobody trusts,
    SoftwareError when the user's factory raises.
    """
    if pinned.fallback:
        declared = declared.model_copy(update={"model": declared.fallback})
    payload = contents(declared.model, pinned.path)
    if digest(declared.model, payload) != pinned.sha256:
        raise TemporaryError(
            "the model changed during the run",
            pinned.path,
            "other bytes",
            f"sha256 {pinned.sha256}",
            "run again when the file stays as it is",
        )
    return Model(_reader(declared.model.type)(declared, pinned, payload, threads), declared)


def _known(loaded: Loaded, declared: Predict) -> Mapping[str, tuple[Any, ...]]:
    """The categories of the model's features; DataError where a share is promised and none is known."""
    if declared.max_unseen_share is not None and not loaded.categories:
        raise DataError(
            "the model does not say which categories it knows",
            "predict.max_unseen_share",
            "no encoder with categories in it",
            "a scikit-learn model with an encoder, or a booster that was fitted on categories",
            "leave max_unseen_share out; or list the values under validate.columns: one_of",
        )
    return loaded.categories


def _reader(type_: str) -> Reader:
    module, _, name = _READERS.get(type_, _PLUG_IN).partition(":")
    reader: Reader = getattr(importlib.import_module(module), name)
    return reader
