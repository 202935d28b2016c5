"""A stage or rule under test: how it is made, what it is given, and what it made of it."""

from __future__ import annotations

import functools
import inspect
import pickle
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import pandas as pd

from seawall.calling import checked_parameters, found, named_parameters
from seawall.config.named import target_of
from seawall.contracts import Context, StageDeclaration, declaration_of
from seawall.stages.laws import lawful, lawful_mask, same_type, type_name
from seawall.stages.steps import settable

__all__ = ["Step", "Trial", "difference", "made_of", "makers", "nullable_columns"]

Step = Callable[[pd.DataFrame], Any]
_PASSES = "what it returns"


@dataclass(frozen=True, slots=True)
class Trial:
    """What the laws are tried on; `made` is what the step returned for the frame, as a frame.

    `make` makes the step from its parameters, each time anew. `nullable` are the columns that may be
    all null.
    """

    make: Callable[[], Step]
    frame: pd.DataFrame
    made: pd.DataFrame
    group: str
    declared: StageDeclaration | None
    key: str | None
    nullable: tuple[str, ...]

    def result(self, frame: pd.DataFrame, step: Step | None = None) -> pd.DataFrame:
        """What the step makes of the frame, a rule's answer as a column; it is made anew unless given.

        SoftwareError where it is no frame of the same rows, or no truth value a row.
        """
        return made_of((step or self.make())(frame.copy(deep=False)), frame, self.group)


def makers(
    stage: Any, group: str, parameters: Mapping[str, Any], *, key: str | None
) -> tuple[Callable[[], Step], StageDeclaration | None]:
    """What makes the step anew, and what it declares. A text is the name of a built-in or plug-in.

    pydantic's ValidationError for parameters that don't fit.
    """
    target: Any = found(target_of(stage, group)) if isinstance(stage, str) else stage
    if not inspect.isclass(target) and not inspect.isroutine(target):
        return functools.partial(_again, target), declaration_of(target, parameters)
    wanted = {name: value for name, value in parameters.items() if name != "context"}
    given = checked_parameters(target, wanted, settable=settable(target))
    if "context" in named_parameters(target):
        usual = Context("trial", "2024-03-01", datetime(2024, 3, 2, tzinfo=UTC), key=key or "")
        given["context"] = parameters.get("context", usual)
    if not inspect.isclass(target):
        return (lambda: functools.partial(target, **given)), declaration_of(target, given)

    def make() -> Step:
        return cast("Step", target(**given))

    return make, declaration_of(make(), given)


def made_of(result: Any, frame: pd.DataFrame, group: str) -> pd.DataFrame:
    """What a stage returned, or a frame of what a rule returned; SoftwareError for anything else."""
    if group == "seawall.rules":
        return pd.DataFrame({_PASSES: lawful_mask(result, frame, "it")}, index=frame.index)
    free = StageDeclaration(changes=tuple(map(str, frame.columns)))
    return lawful(result, frame, "it", free)


def difference(one: pd.DataFrame, other: pd.DataFrame, *, types_only: bool = False) -> str:
    """What tells the frames apart, in words; '' for the same columns with the same bytes.

    The index is not looked at. A category's choices may differ.
    """
    if list(one.columns) != list(other.columns):
        return f"the columns are {_names(one)}, not {_names(other)}"
    for name in one.columns:
        was, is_ = type_name(other[name].dtype), type_name(one[name].dtype)
        if not same_type(was, is_):
            return f"the column {name!r} is {is_}, not {was}"
        if not types_only and not _same(one[name], other[name]):
            return f"the column {name!r} has other values"
    return ""


def nullable_columns(
    frame: pd.DataFrame, wanted: Collection[str] | None, key: str | None
) -> tuple[str, ...]:
    """The columns that may be all null: the wanted ones, else those whose type has a null."""
    if wanted is not None:
        return tuple(wanted)
    return tuple(
        str(name)
        for name, dtype in frame.dtypes.items()
        if name != key and (dtype.kind not in "biu" or hasattr(dtype, "numpy_dtype"))
    )


def _names(frame: pd.DataFrame) -> str:
    return ", ".join(map(str, frame.columns))


def _same(one: pd.Series[Any], other: pd.Series[Any]) -> bool:
    one, other = _plain(one), _plain(other)
    if not one.equals(other):
        return False
    # A zero with a sign is another value to what divides by it, and other bytes in a file.
    return one.dtype.kind != "f" or bool((_signs(one) == _signs(other)).all())


def _plain(values: pd.Series[Any]) -> pd.Series[Any]:
    values = values.reset_index(drop=True)
    return values.astype(object) if isinstance(values.dtype, pd.CategoricalDtype) else values


def _signs(values: pd.Series[Any]) -> Any:
    import numpy as np

    return np.signbit(values.to_numpy(dtype="float64", na_value=0.0))


def _again(step: Step) -> Step:
    """A copy of an object that was made already; itself where it cannot be copied."""
    try:
        copied: Step = pickle.loads(pickle.dumps(step))  # noqa: S301 - bytes of a moment ago
    except Exception:  # noqa: BLE001 - a foreign class may raise anything; a law tells of it
        return step
    return copied
