"""A stage or rule under test: how it is made, what it is given, and what it made of it."""

from __future__ import annotations

import functools
import inspect
import pickle
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import pandas as pd
from pydantic import ValidationError

from seawall.calling import checked_parameters, found, named_parameters, parameter_faults
from seawall.config.named import target_of
from seawall.contracts import Context, StageDeclaration, declaration_of
from seawall.stages.laws import lawful, lawful_mask, same_type, type_name
from seawall.stages.steps import settable

__all__ = [
    "Step",
    "Trial",
    "difference",
    "difference_of_types",
    "difference_of_values",
    "made_of",
    "makers",
    "nullable_columns",
]

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

    ValueError for parameters that don't fit: it is the test's mistake, and not the step's.
    """
    target: Any = found(target_of(stage, group)) if isinstance(stage, str) else stage
    if not inspect.isclass(target) and not inspect.isroutine(target):
        return functools.partial(_again, target), declaration_of(target, parameters)
    wanted = {name: value for name, value in parameters.items() if name != "context"}
    given = _fitting(target, wanted)
    if "context" in named_parameters(target):
        usual = Context("trial", "2024-03-01", datetime(2024, 3, 2, tzinfo=UTC), key=key or "")
        given["context"] = parameters.get("context", usual)
    if not inspect.isclass(target):
        return (lambda: functools.partial(target, **given)), declaration_of(target, given)

    def make() -> Step:
        return cast("Step", target(**given))

    return make, declaration_of(make(), given)


def _fitting(target: Any, wanted: Mapping[str, Any]) -> dict[str, Any]:
    known = settable(target)
    try:
        return checked_parameters(target, wanted, settable=known)
    except ValidationError as error:
        wrong = "; ".join(f"{name}: {words}" for name, words in parameter_faults(error))
        allowed = ", ".join(known) or "none"
        raise ValueError(f"parameters that don't fit: {wrong}; allowed: {allowed}") from None


def made_of(result: Any, frame: pd.DataFrame, group: str) -> pd.DataFrame:
    """What a stage returned, or a frame of what a rule returned; SoftwareError for anything else."""
    if group == "seawall.rules":
        return pd.DataFrame({_PASSES: lawful_mask(result, frame, "it")}, index=frame.index)
    free = StageDeclaration(changes=tuple(map(str, frame.columns)))
    return lawful(result, frame, "it", free)


def difference(one: pd.DataFrame, other: pd.DataFrame) -> str:
    """What tells the frames apart, in words; '' for the same columns with the same bytes.

    The index is not looked at. A category's choices may differ.
    """
    return difference_of_types(one, other) or difference_of_values([one], other)


def difference_of_types(one: pd.DataFrame, other: pd.DataFrame) -> str:
    """Whether the frames have other columns, or columns of other types, in words."""
    if list(one.columns) != list(other.columns):
        return f"the columns are {_names(one)}, not {_names(other)}"
    for name, is_, was in zip(one.columns, one.dtypes, other.dtypes, strict=True):
        if is_ != was and not same_type(type_name(is_), type_name(was)):
            return f"the column {name!r} is {type_name(is_)}, not {type_name(was)}"
    return ""


def difference_of_values(parts: Sequence[pd.DataFrame], whole: pd.DataFrame) -> str:
    """Whether the parts, which have the whole's columns and types, hold other values together."""
    joined = pd.concat([_plain(part) for part in parts], ignore_index=True)
    expected = _plain(whole).reset_index(drop=True)
    for name in whole.columns:
        if not _same(joined[name], expected[name]):
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
    if not one.equals(other):
        return False
    # A zero with a sign is another value to what divides by it, and other bytes in a file.
    return one.dtype.kind != "f" or bool((_signs(one) == _signs(other)).all())


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the values of categories, whatever their choices."""
    chosen = {
        name: object
        for name, dtype in zip(frame.columns, frame.dtypes, strict=True)
        if isinstance(dtype, pd.CategoricalDtype)
    }
    return frame.astype(chosen) if chosen else frame


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
