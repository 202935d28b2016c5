"""The user's own functions and classes: found by name, given their parameters, called, held to law."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seawall.calling import checked_parameters, found, named_parameters, placed, said
from seawall.config.judging import Step
from seawall.contracts import Context, StageDeclaration, declaration_of
from seawall.errors import SoftwareError
from seawall.shown import line, listed, shown
from seawall.stages.laws import changed_types, lawful, lawful_mask
from seawall.stages.memory import in_halves, out_of_memory
from seawall.stages.prints import prints, written

__all__ = ["Bound", "bind", "mask", "raised", "settable", "transformed", "tried"]

T = TypeVar("T")

_INJECTED = "context"
_ABOUT = 80


class Bound:
    """A step that can be called with a frame: `name` is its dotted path, or the one it is known by.

    `declared` is what it says of its columns, None where it says nothing. `about` is what an object
    says of itself: which of several rules of one name it is. `looked_at` are the columns that it was
    found to need, None before anybody asked.
    """

    def __init__(
        self,
        name: str,
        call: Callable[[pd.DataFrame], Any],
        declared: StageDeclaration | None = None,
        *,
        about: str = "",
    ) -> None:
        self.name, self.declared, self._call, self._about = name, declared, call, about
        self.looked_at: tuple[str, ...] | None = None

    @property
    def short(self) -> str:
        """The name without its module, and what is said about it: `compare: left <= right`."""
        name = self.name.rpartition(":")[2]
        return f"{name}: {self._about}" if self._about else name

    def called(self, frame: pd.DataFrame) -> Any:
        """What the step returns; what it raises is raised.

        The step has a copy of its own (copied on write, so it costs nothing): what it changes in
        place is changed for nobody else.
        """
        return self._call(frame.copy(deep=False))

    def __call__(self, frame: pd.DataFrame) -> Any:
        """What the step returns; SoftwareError with the user's file and line when it raises.

        MemoryError is raised as it is: fewer rows may do. SoftwareError, too, when the step wrote into
        the frame past pandas: lookups and other stages may hold the same values.
        """
        before = prints(frame)
        try:
            made = self.called(frame)
        except MemoryError:
            raise
        except (Exception, SystemExit) as error:
            raise raised(self.name, error, len(frame)) from error
        changed = written(frame, before)
        if changed:
            raise SoftwareError(
                f"it wrote into the frame that it was given: {listed(changed)}",
                self.name,
                "other values than before, in the frame itself",
                "the frame as it came in",
                "return another one, by .assign; copy an array before you write into it",
            )
        return made


def bind(step: Step, context: Context) -> Bound:
    """The step, found, its parameters checked and given; a class is made an instance of."""
    target = found(step.target)
    given = checked_parameters(target, step.with_, settable=settable(target))
    if _INJECTED in named_parameters(target):
        given[_INJECTED] = context
    if inspect.isclass(target):
        made: Any = target(**given)
        about = line(str(made), _ABOUT) if "__str__" in vars(target) else ""
        return Bound(step.use, made, declaration_of(made, given), about=about)
    return Bound(step.use, lambda frame: target(frame, **given), declaration_of(target, given))


def settable(target: Callable[..., Any]) -> list[str]:
    """The parameters that `with` may set: of a function those behind the frame, never the context."""
    given = [_INJECTED]
    if not inspect.isclass(target):
        given += list(inspect.signature(target).parameters)[:1]
    return [name for name in named_parameters(target) if name not in given]


def mask(bound: Bound, frame: pd.DataFrame) -> NDArray[np.bool_]:
    """One truth value a row; SoftwareError when the function returns anything else."""

    def judged(rows: pd.DataFrame) -> NDArray[np.bool_]:
        return lawful_mask(bound(rows), rows, bound.name)

    return _within_memory(bound, frame, judged, np.concatenate)


def transformed(bound: Bound, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame that the step returns; SoftwareError when it breaks a law of stages."""

    def made(rows: pd.DataFrame) -> pd.DataFrame:
        return lawful(bound(rows), rows, bound.name, bound.declared)

    def joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
        return _joined(parts, bound.name)

    return _within_memory(bound, frame, made, joined)


def tried(bound: Bound, frame: pd.DataFrame) -> None:
    """The step was called with the frame; what it raises is raised."""
    in_halves(bound.called, frame, lambda _: None)


def raised(name: str, error: BaseException, rows: int) -> SoftwareError:
    """What a step raised, with the user's file and line."""
    return SoftwareError(
        f"{type(error).__name__}: {said(error)}",
        placed(name, error),
        f"{rows:,} rows",
        todo="mend the function, then run the batch again",
    )


def _within_memory(
    bound: Bound,
    frame: pd.DataFrame,
    call: Callable[[pd.DataFrame], T],
    join: Callable[[list[T]], T],
) -> T:
    try:
        return in_halves(call, frame, join)
    except MemoryError as error:
        raise out_of_memory(bound.name, error, len(frame)) from error


def _joined(parts: list[pd.DataFrame], name: str) -> pd.DataFrame:
    """The rows of all parts; SoftwareError where a column's type differs from part to part."""
    for part in parts[1:]:
        for column, one, other in changed_types(part, parts[0]):
            raise SoftwareError(
                f"a stage gave the column {shown(column)} another type for other rows",
                name,
                f"{one} and {other}",
                "one type, whatever the rows",
                "convert it with .astype, so that nulls or whole numbers make no difference",
            )
    return pd.concat(parts)
