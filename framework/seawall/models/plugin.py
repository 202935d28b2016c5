"""Models of other distributions: found by their entry point's name, held to their signature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from seawall.calling import checked_parameters, named_parameters, parameter_faults, placed, said
from seawall.config.plugged import MODELS, installed, label, offers
from seawall.config.predicting import PluginModel, Predict
from seawall.errors import DataError, SeawallError, SoftwareError
from seawall.models.estimator import loaded_estimator
from seawall.models.foreign import completed
from seawall.models.loaded import Loaded
from seawall.names import did_you_mean
from seawall.shown import listed, shown

if TYPE_CHECKING:
    from seawall.models.load import ModelPin

__all__ = ["from_plugin"]

Target = Callable[..., Any]
_OF_THE_RUN = ("content", "threads")


def from_plugin(declared: Predict, pinned: ModelPin, payload: bytes, threads: int) -> Loaded:
    """The object that the plug-in makes of its parameters and of the bytes that were hashed.

    SoftwareError with the plug-in's name when it cannot be imported or raises; DataError for
    parameters that it doesn't take.
    """
    model = declared.model
    if not isinstance(model, PluginModel):
        raise TypeError(model.type)
    name = label(model.type, MODELS)
    target = _target(model.type, name)
    given = _of_the_run(target, model, name, {"content": payload, "threads": threads})
    made = _made(target, {**_parameters(target, model, name), **given}, name)
    loaded = loaded_estimator(made, declared, pinned.path)
    stated = getattr(made, "rows_independent", loaded.rows_independent)
    return replace(loaded, rows_independent=bool(stated))


def _target(written: str, name: str) -> Target:
    points = offers(written, MODELS)
    if len(points) != 1:
        there = installed(MODELS)
        raise DataError(
            f"several distributions offer {name}" if points else f"{name} is not installed",
            "predict.model.type",
            shown(written),
            listed(there) or "none is installed",
            "uninstall all but one of them"
            if points
            else did_you_mean(written, there) or "install its distribution",
        )
    try:
        target: Target = points[0].load()
    except (Exception, SystemExit) as error:
        raise SoftwareError(
            f"{name} cannot be imported",
            points[0].value,
            f"{type(error).__name__}: {said(error)}",
            todo="mend or reinstall its distribution",
        ) from error
    if not callable(target):
        raise SoftwareError(f"{name} cannot be called", points[0].value, type(target).__name__)
    return target


def _of_the_run(
    target: Target, model: PluginModel, name: str, known: dict[str, Any]
) -> dict[str, Any]:
    """What the run itself gives, where the plug-in asks for it by name: the file, the threads."""
    asked = named_parameters(target)
    if ("content" in asked) == (model.path is not None):
        return {key: value for key, value in known.items() if key in asked}
    raise DataError(
        f"{name} reads a file" if "content" in asked else f"{name} reads no file",
        "predict.model.path",
        "no path" if model.path is None else shown(model.path),
        "the path of its file" if "content" in asked else "no path",
        "give it" if "content" in asked else "leave it out",
    )


def _parameters(target: Target, model: PluginModel, name: str) -> dict[str, Any]:
    known = [key for key in named_parameters(target) if key not in _OF_THE_RUN]
    try:
        return checked_parameters(target, model.with_, settable=known)
    except ValidationError as error:
        at, words = parameter_faults(error)[0]
        raise DataError(
            f"{name}: the parameter {at} doesn't fit: {words}",
            f"predict.model.with.{at}",
            shown(model.with_.get(at)),
            listed(known) or "no parameters",
            did_you_mean(at, known),
        ) from error


def _made(target: Target, given: dict[str, Any], name: str) -> Any:
    try:
        return target(**given)
    except SeawallError as error:
        raise completed(error, name) from error.__cause__
    except Exception as error:
        raise SoftwareError(
            f"{type(error).__name__}: {said(error)}",
            placed(name, error),
            todo="mend the plug-in, its file, or predict.model.with",
        ) from error
