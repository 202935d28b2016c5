"""Foreign functions and classes: found by name, their parameters checked, their lines named in errors."""

from __future__ import annotations

import importlib
import inspect
import os
import sysconfig
import traceback
import typing
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, NotRequired, Required

from pydantic import ConfigDict, TypeAdapter, ValidationError
from typing_extensions import TypedDict  # pydantic takes typing's from Python 3.12 on only

from seawall.shown import line, shown

__all__ = [
    "checked_parameters",
    "found",
    "more_parameters",
    "named_parameters",
    "parameter_faults",
    "placed",
    "said",
]

Target = Callable[..., Any]
_PYTHON = sysconfig.get_paths()["stdlib"] + os.sep
_SEAWALL = str(Path(__file__).parent) + os.sep


def found(use: str) -> Target:
    """The function or class behind `package.module:name`; what its import raises is raised."""
    module, _, name = use.partition(":")
    target: Target = getattr(importlib.import_module(module), name)
    return target


def named_parameters(target: Target) -> dict[str, inspect.Parameter]:
    """The parameters of a function, or of a class's constructor, that can be given by name."""
    variable = (
        inspect.Parameter.VAR_POSITIONAL,
        inspect.Parameter.VAR_KEYWORD,
        inspect.Parameter.POSITIONAL_ONLY,
    )
    parameters = inspect.signature(target).parameters
    return {name: value for name, value in parameters.items() if value.kind not in variable}


def more_parameters(target: Target) -> str | None:
    """What the signature calls its `**` parameter; None where it takes no further names."""
    parameters = inspect.signature(target).parameters.values()
    open_ = [value.name for value in parameters if value.kind is value.VAR_KEYWORD]
    return open_[0] if open_ else None


def checked_parameters(
    target: Target, given: Mapping[str, Any], *, settable: Collection[str]
) -> dict[str, Any]:
    """The values in the types of the signature; pydantic's ValidationError where they don't fit.

    Of the target's parameters only the settable ones may be given, and must be without a default;
    besides, whatever it has no name for, where it takes `**` of them.
    """
    try:
        hints = typing.get_type_hints(target.__init__ if inspect.isclass(target) else target)
    except (NameError, TypeError):
        hints = {}
    fields: dict[str, Any] = {
        name: Required[hints.get(name, Any)]
        if value.default is value.empty
        else NotRequired[hints.get(name, Any)]
        for name, value in named_parameters(target).items()
        if name in settable
    }
    more = more_parameters(target)
    if more is not None:
        others = [name for name in given if name not in named_parameters(target)]
        fields |= dict.fromkeys(others, Required[hints.get(more, Any)])
    # A TypedDict, because a model refuses or warns of parameters named `_x`, `copy` or `model_x`.
    make: Any = TypedDict  # its fields are known at run time only
    shape = make("shape", fields)
    shape.__pydantic_config__ = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
    checked: dict[str, Any] = TypeAdapter(shape).validate_python(dict(given))
    return checked


def parameter_faults(error: ValidationError) -> list[tuple[str, str]]:
    """Each parameter that doesn't fit, with what is wrong with it in words."""
    return [
        (".".join(map(str, entry["loc"])), _words(entry["type"], entry["msg"], entry["input"]))
        for entry in error.errors()
    ]


def _words(kind: str, message: str, value: object) -> str:
    if kind == "missing":
        return "it is required"
    if kind == "extra_forbidden":
        return "there is none of that name"
    return f"{shown(value)}: {message.replace('Input should', 'it should')}"


def said(error: BaseException) -> str:
    """The exception's words in one line of at most 200 characters, whatever its class does."""
    try:
        return line(" ".join(str(error).split()))
    except Exception as other:  # noqa: BLE001 - a foreign class may raise anything
        return f"its words cannot be told: {type(other).__name__}"


def _user_line(error: BaseException) -> str:
    """File and line of the innermost frame that is the user's, else of the innermost library's.

    '' where there is none but seawall's, as for a call that does not fit the signature. What a
    generator must not raise (StopIteration) is found behind the error that Python makes of it.
    """
    frames = _frames(error)
    own = [entry for entry in frames if _is_own(entry.filename)] or [
        entry for entry in frames if not entry.filename.startswith(_SEAWALL)
    ]
    return f"{own[-1].filename}:{own[-1].lineno}" if own else ""


def placed(name: str, error: BaseException) -> str:
    """The code's name, with the user's file and line where there is one."""
    line = _user_line(error)
    return f"{name} ({line})" if line else name


def _frames(error: BaseException) -> list[traceback.FrameSummary]:
    frames = list(traceback.extract_tb(error.__traceback__))
    stopped = error.__cause__ if isinstance(error, RuntimeError) else None
    return _frames(stopped) if isinstance(stopped, StopIteration) else frames


def _is_own(filename: str) -> bool:
    """Not of a library, of Python, of Cython (whose paths lead nowhere), nor of seawall."""
    foreign = filename.startswith((_PYTHON, _SEAWALL)) or not Path(filename).is_absolute()
    return not foreign and "site-packages" not in filename
