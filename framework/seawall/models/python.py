"""Models that a factory of the user's makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from seawall.calling import (
    checked_parameters,
    found,
    named_parameters,
    parameter_faults,
    placed,
    said,
)
from seawall.config.predicting import Predict, PythonModel
from seawall.errors import DataError, SeawallError, SoftwareError
from seawall.models.estimator import loaded_estimator
from seawall.models.foreign import completed
from seawall.models.loaded import Loaded

if TYPE_CHECKING:
    from seawall.models.load import ModelPin

__all__ = ["from_factory"]


def from_factory(declared: Predict, pinned: ModelPin, payload: bytes, threads: int) -> Loaded:
    """The object that the factory returns; SoftwareError with its line when it raises.

    What it raises of seawall's own passes, with the factory's name where it says no place of its
    own: UnavailableError says that the model is not there.
    """
    del payload
    model = declared.model
    if not isinstance(model, PythonModel):
        raise TypeError(model.type)
    return loaded_estimator(_made(model, threads), declared, pinned.path)


def _made(declared: PythonModel, threads: int) -> Any:
    """What the factory returns; its parameters are in the types of its signature.

    A parameter `threads` is given by the run: how many the model may use a call.
    """
    try:
        factory = found(declared.use)
        named = named_parameters(factory)
        given = {"threads": threads} if "threads" in named else {}
        parameters = checked_parameters(factory, declared.with_, settable=set(named) - set(given))
        return factory(**parameters, **given)
    except ValidationError as error:
        name, words = parameter_faults(error)[0]
        raise DataError(
            f"a parameter that doesn't fit: {words}",
            f"predict.model.with.{name}",
            repr(declared.with_.get(name)),
            f"the parameters of {declared.use}",
        ) from error
    except SeawallError as error:
        raise completed(error, f"the factory {declared.use}") from error.__cause__
    except Exception as error:
        raise SoftwareError(
            f"{type(error).__name__}: {said(error)}",
            placed(declared.use, error),
            todo="mend the factory, or predict.model.with",
        ) from error
