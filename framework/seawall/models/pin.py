"""Which model a run means, before it begins: the declared one, or the one that stands in for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from seawall.config.predicting import Predict
from seawall.errors import DataError, SeawallError, UnavailableError
from seawall.models.contents import location, required
from seawall.models.golden import golden_digest
from seawall.models.load import ModelPin, load

__all__ = ["pin", "pin_fallback"]


def pin(declared: Predict, *, root: Path, batch: str) -> ModelPin:
    """The model's path and hash; refused before anything is deserialised if it isn't the declared one.

    Where a fallback is declared, the model is tried, and the fallback is pinned when it is missing
    or cannot be loaded. Raises UnavailableError when a file is missing, ForbiddenError when the
    model's hash differs; when neither model can be had, the error is the first one's and names both.
    """
    try:
        pinned = _declared(declared, root, batch)
    except (DataError, UnavailableError) as error:
        if declared.fallback is None:
            raise
        return _instead(declared, error, root=root, batch=batch)
    return replace(pinned, golden=golden_digest(declared, root, batch))


def pin_fallback(declared: Predict, *, root: Path, batch: str) -> ModelPin:
    """The fallback's path and hash, as `pin` has them of the first; it must be declared."""
    if declared.fallback is None:
        raise TypeError("there is no fallback")
    path = location(declared.fallback, root, batch)
    return ModelPin(path, required(declared.fallback, path, "predict.fallback"), fallback=True)


def _declared(declared: Predict, root: Path, batch: str) -> ModelPin:
    """The first model; one that cannot be loaded is only looked for where there is a fallback."""
    path = location(declared.model, root, batch)
    pinned = ModelPin(path, required(declared.model, path, "predict.model"))
    if declared.fallback is not None:
        load(declared, pinned)
    return pinned


def _instead(declared: Predict, error: SeawallError, *, root: Path, batch: str) -> ModelPin:
    why = _words(error)
    try:
        pinned = pin_fallback(declared, root=root, batch=batch)
        load(declared, pinned)
    except (DataError, UnavailableError) as second:
        raise type(error)(
            f"neither the model nor its fallback can be used: {error.what}",
            error.where,
            f"{why}; the fallback: {_words(second)}",
            error.allowed,
            error.todo,
        ) from second
    return replace(pinned, why=why)


def _words(error: SeawallError) -> str:
    seen = f" ({error.seen})" if error.seen else ""
    return ": ".join(filter(None, [error.where, f"{error.what}{seen}"]))
