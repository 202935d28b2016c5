"""Models that a factory of the user's makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from seawall.calling import found, placed
from seawall.config.predicting import Predict, PythonModel
from seawall.errors import SoftwareError
from seawall.models.estimator import loaded_estimator
from seawall.models.loaded import Loaded

if TYPE_CHECKING:
    from seawall.models.load import ModelPin

__all__ = ["from_factory"]


def from_factory(declared: Predict, pinned: ModelPin, payload: bytes, threads: int) -> Loaded:
    """The object that the factory returns; SoftwareError with its line when it raises."""
    del payload, threads
    model = declared.model
    if not isinstance(model, PythonModel):
        raise TypeError(model.type)
    return loaded_estimator(_made(model), declared, pinned.path)


def _made(declared: PythonModel) -> Any:
    parameters: Mapping[str, Any] = declared.with_
    try:
        return found(declared.use)(**parameters)
    except Exception as error:
        raise SoftwareError(
            f"{type(error).__name__}: {error}",
            placed(declared.use, error),
            todo="mend the factory, or predict.model.with",
        ) from error
