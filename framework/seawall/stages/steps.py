"""The user's own functions and classes: found by name, given their parameters, called, held to law."""

from __future__ import annotations

import importlib
import inspect
import os
import sysconfig
import traceback
import typing
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NotRequired, Required

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import ConfigDict, TypeAdapter, ValidationError
from typing_extensions import TypedDict  # pydantic takes typing's from Python 3.12 on only

from seawall.config.judging import Step
from seawall.contracts import Context
from seawall.errors import SoftwareError

__all__ = [
    "Bound",
    "bind",
    "checked_parameters",
    "found",
    "mask",
    "parameter_faults",
    "transformed",
]


_PYTHON = sysconfig.get_paths()["stdlib"] + os.sep


class Bound:
    """A step that can be called with a frame: `name` is its dotted path."""

    def __init__(self, name: str, call: Callable[[pd.DataFrame], Any]) -> None:
        self.name, self._call = name, call

    def __call__(self, frame: pd.DataFrame) -> Any:
        """What the step returns; SoftwareError with the user's file and line when it raises.

        The step has a copy of its own (copied on write, so it costs nothing): what it changes in
        place is changed for nobody else.
        """
        try:
            return self._call(frame.copy(deep=False))
        except Exception as error:
            raise SoftwareError(
                f"{type(error).__name__}: {error}",
                f"{self.name} ({_user_line(error)})",
                f"{len(frame):,} rows",
                todo="mend the function, then run the batch again",
            ) from error


def bind(step: Step, context: Context) -> Bound:
    """The step, found, its parameters checked and given; a class is made an instance of."""
    target = found(step.use)
    given = checked_parameters(target, step.with_)
    if "context" in _keywords(target):
        given["context"] = context
    if inspect.isclass(target):
        made: Any = target(**given)
        return Bound(step.use, made)
    return Bound(step.use, lambda frame: target(frame, **given))


def found(use: str) -> Callable[..., Any]:
    """The function or class behind `package.module:name`; what its import raises is raised."""
    module, _, name = use.partition(":")
    target: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return target


def checked_parameters(target: Callable[..., Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters in the types of the signature; pydantic's ValidationError where they don't fit."""
    try:
        hints = typing.get_type_hints(target.__init__ if inspect.isclass(target) else target)
    except (NameError, TypeError):
        hints = {}
    fields: dict[str, Any] = {
        name: Required[hints.get(name, Any)]
        if value.default is value.empty
        else NotRequired[hints.get(name, Any)]
        for name, value in _keywords(target).items()
        if name != "context"
    }
    # A TypedDict, because a model refuses or warns of parameters named `_x`, `copy` or `model_x`.
    make: Any = TypedDict  # its fields are known at run time only
    shape = make("shape", fields)
    shape.__pydantic_config__ = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
    checked: dict[str, Any] = TypeAdapter(shape).validate_python(dict(given))
    return checked


def mask(bound: Bound, frame: pd.DataFrame) -> NDArray[np.bool_]:
    """One truth value a row; SoftwareError when the function returns anything else."""
    result = bound(frame)
    values = np.asarray(result)  # of pandas' boolean, too: objects where a null is among them
    aligned = not isinstance(result, pd.Series) or result.index.equals(frame.index)
    if values.dtype != np.bool_ or values.shape != (len(frame),) or not aligned:
        raise SoftwareError(
            "a filter or rule must return one truth value a row",
            bound.name,
            f"{type(result).__name__} of {getattr(result, 'dtype', values.dtype)}, "
            f"shape {values.shape}" + ("" if aligned else ", another index"),
            f"a boolean Series with the frame's index, {len(frame):,} long, without nulls",
            "return a comparison of columns; .fillna(False) where nulls are",
        )
    return values


def transformed(bound: Bound, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame that the step returns; SoftwareError when rows were added, lost or moved."""
    result = bound(frame)
    if not isinstance(result, pd.DataFrame):
        seen = type(result).__name__
        raise SoftwareError("a stage must return a DataFrame", bound.name, seen, "a DataFrame")
    if not result.columns.is_unique:
        doubled = ", ".join(
            sorted({str(name) for name in result.columns[result.columns.duplicated()]})
        )
        raise SoftwareError("a stage made several columns of one name", bound.name, doubled)
    if result.index is frame.index or result.index.equals(frame.index):
        return result
    raise SoftwareError(
        "a stage may not add, lose or reorder rows",
        bound.name,
        f"{len(result):,} rows, index {_ends(result.index)}",
        f"{len(frame):,} rows, index {_ends(frame.index)}",
        "keep the frame's index; filter rows under validate.filters",
    )


def _keywords(target: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """The parameters behind the first one, which is the frame (of a class: all of them)."""
    parameters = list(inspect.signature(target).parameters.values())
    named = parameters if inspect.isclass(target) else parameters[1:]
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return {value.name: value for value in named if value.kind not in variable}


def _user_line(error: Exception) -> str:
    """File and line of the innermost frame that is the user's, else of the innermost one."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [entry for entry in frames if _is_own(entry.filename)] or list(frames)
    return f"{own[-1].filename}:{own[-1].lineno}"


def _is_own(filename: str) -> bool:
    """Not of a library, of Python, of Cython (whose paths lead nowhere), nor this file."""
    foreign = filename.startswith(_PYTHON) or not Path(filename).is_absolute()
    return not foreign and "site-packages" not in filename and filename != __file__


def _ends(index: pd.Index[Any]) -> str:
    return f"{index[0]}…{index[-1]}" if len(index) else "empty"


def parameter_faults(error: ValidationError) -> list[tuple[str, str]]:
    """Each parameter that doesn't fit, with pydantic's words for why."""
    return [(".".join(map(str, entry["loc"])), entry["msg"]) for entry in error.errors()]
