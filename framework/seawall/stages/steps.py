"""The user's own functions and classes: found by name, given their parameters, called, held to law."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seawall.calling import checked_parameters, found, named_parameters, placed
from seawall.config.judging import Step
from seawall.contracts import Context
from seawall.errors import SoftwareError
from seawall.stages.provenance import refuse_own

__all__ = ["Bound", "bind", "mask", "settable", "transformed"]

_INJECTED = "context"


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
                placed(self.name, error),
                f"{len(frame):,} rows",
                todo="mend the function, then run the batch again",
            ) from error


def bind(step: Step, context: Context) -> Bound:
    """The step, found, its parameters checked and given; a class is made an instance of."""
    target = found(step.use)
    given = checked_parameters(target, step.with_, settable=settable(target))
    if _INJECTED in named_parameters(target):
        given[_INJECTED] = context
    if inspect.isclass(target):
        made: Any = target(**given)
        return Bound(step.use, made)
    return Bound(step.use, lambda frame: target(frame, **given))


def settable(target: Callable[..., Any]) -> list[str]:
    """The parameters that `with` may set: of a function those behind the frame, never the context."""
    given = [_INJECTED]
    if not inspect.isclass(target):
        given += list(inspect.signature(target).parameters)[:1]
    return [name for name in named_parameters(target) if name not in given]


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
    """The frame that the step returns; SoftwareError when rows were added, lost or moved.

    A stage may not say which rows are degraded either.
    """
    result = bound(frame)
    if not isinstance(result, pd.DataFrame):
        seen = type(result).__name__
        raise SoftwareError("a stage must return a DataFrame", bound.name, seen, "a DataFrame")
    if not result.columns.is_unique:
        doubled = ", ".join(
            sorted({str(name) for name in result.columns[result.columns.duplicated()]})
        )
        raise SoftwareError("a stage made several columns of one name", bound.name, doubled)
    refuse_own(result, frame, bound.name)
    if result.index is frame.index or result.index.equals(frame.index):
        return result
    raise SoftwareError(
        "a stage may not add, lose or reorder rows",
        bound.name,
        f"{len(result):,} rows, index {_ends(result.index)}",
        f"{len(frame):,} rows, index {_ends(frame.index)}",
        "keep the frame's index; filter rows under validate.filters",
    )


def _ends(index: pd.Index[Any]) -> str:
    return f"{index[0]}…{index[-1]}" if len(index) else "empty"
