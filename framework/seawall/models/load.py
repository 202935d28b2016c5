"""From what the file says of a model to one that predicts."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seawall.config.load import fill
from seawall.config.predicting import Predict, PythonModel
from seawall.errors import ForbiddenError, TemporaryError, UnavailableError
from seawall.models.loaded import Loaded
from seawall.models.output import Columns, wanted_columns

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Model", "ModelPin", "load", "pin"]


Reader = Callable[[Predict, "ModelPin", bytes, int], Loaded]
"""What reads a format: what the file says, the pin, the bytes ('' for a callable), threads a call."""
_READERS = {
    "python": "seawall.models.python:from_factory",
    "sklearn": "seawall.models.sklearn:from_bytes",
}


@dataclass(frozen=True, slots=True)
class ModelPin:
    """Which model a plan means: its path and the sha256 of its bytes; a callable has its name and ''."""

    path: str
    sha256: str


class Model:
    """A loaded model and the columns that its results become."""

    def __init__(self, loaded: Loaded, declared: Predict) -> None:
        self._call = loaded.call
        self._columns: Columns = wanted_columns(loaded, declared)
        self.outputs = declared.output_columns
        self.feature_names = loaded.features
        stated = declared.rows_independent
        self.rows_independent = loaded.rows_independent if stated is None else stated

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


def load(declared: Predict, pinned: ModelPin, *, threads: int = 1) -> Model:
    """The model that was pinned, from one buffer that is hashed and then read.

    It computes with so many threads a call. Raises TemporaryError when the bytes changed since,
    DataError when they hold no usable model, ForbiddenError for types that nobody trusts,
    SoftwareError when the user's factory raises.
    """
    payload = b"" if isinstance(declared.model, PythonModel) else _pinned(pinned)
    return Model(_reader(declared.model.type)(declared, pinned, payload, threads), declared)


def _reader(type_: str) -> Reader:
    module, _, name = _READERS[type_].partition(":")
    reader: Reader = getattr(importlib.import_module(module), name)
    return reader


def _pinned(pinned: ModelPin) -> bytes:
    """The model's bytes, which are the pinned ones."""
    payload = _bytes(Path(pinned.path))
    if hashlib.sha256(payload).hexdigest() != pinned.sha256:
        raise TemporaryError(
            "the model changed during the run",
            pinned.path,
            "other bytes",
            f"sha256 {pinned.sha256}",
            "run again when the file stays as it is",
        )
    return payload


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
