"""The steps of a pipeline, run once on a frame without rows: who makes which column, and who needs it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pandas as pd

from seawall.config.faults import Fault, KeyPath, dotted
from seawall.config.load import LoadedConfig
from seawall.contracts import Context, StageDeclaration
from seawall.errors import SeawallError, SoftwareError
from seawall.names import nearest
from seawall.plan.bound import bound_steps
from seawall.stages.laws import changed_types
from seawall.stages.steps import Bound, mask, transformed

__all__ = ["Ran", "StepColumns", "dry_run", "nearest_of", "step_columns"]

# pandas' words for several columns at once: "['x'] not in index", "None of [Index(['x'], …"
_LISTED = re.compile(r"^(?:None of \[\w+\()?\[['\"](?P<name>[^'\"]+)['\"]")
_ATTRIBUTE = re.compile(r"'DataFrame' object has no attribute '(?P<name>[^']+)'")
_NOTHING = StageDeclaration()


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a step: the columns before it and behind it, and what kept it from being run.

    `missing` are columns that it needs and that are not there; `fault` is that it cannot be imported
    or made, `error` that it raised. `adds` and `changes` are what it did, or what it declares where
    it could not be run.
    """

    path: KeyPath
    name: str
    before: tuple[str, ...]
    behind: tuple[str, ...]
    adds: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    fault: Fault | None = None
    error: SoftwareError | None = None

    @property
    def place(self) -> str:
        """The step as a message names it: `featurize.0 (add_calendar)`."""
        return f"{dotted(self.path)} ({self.name})"


@dataclass(frozen=True, slots=True)
class StepColumns:
    """Which columns a step needs, adds, drops and changes: as it declares, else as a dry run shows."""

    path: str
    name: str
    needs: tuple[str, ...]
    adds: tuple[str, ...]
    drops: tuple[str, ...]
    changes: tuple[str, ...]

    def __str__(self) -> str:
        """One line, without what there is none of."""
        parts = {
            "needs": self.needs,
            "adds": self.adds,
            "drops": self.drops,
            "changes": self.changes,
        }
        told = [f"{verb} {', '.join(names)}" for verb, names in parts.items() if names]
        return f"{self.path} ({self.name}) {'; '.join(told)}"


def dry_run(
    loaded: LoadedConfig, context: Context, frame: pd.DataFrame
) -> tuple[list[Ran], pd.DataFrame]:
    """What came of each step on the frame without rows, and the frame behind the last of them.

    After a step that could not be run the next one sees what was there.
    """
    steps = []
    for path, bound in bound_steps(loaded, context):
        ran, frame = _ran(path, bound, frame)
        steps.append(ran)
    return steps, frame


def nearest_of(name: str, there: Iterable[str], steps: Iterable[Ran]) -> str:
    """What to do about a column that is not there: who drops it, who makes it too late, or who is near."""
    makers = {column: step.place for step in steps for column in step.adds}
    for step in steps:
        if name in step.before and name not in step.behind:
            return f"{step.place} drops it: keep it there"
    if name in makers:
        return f"{makers[name]} makes it, further down: put that step first"
    near = nearest(name, there)
    if near is None:
        return ""
    return f"did you mean {near!r}?" + (f" {makers[near]} makes it" if near in makers else "")


def step_columns(
    steps: Iterable[tuple[KeyPath, Bound | Fault]], frame: pd.DataFrame
) -> Iterator[StepColumns]:
    """The columns of each step of a pipeline without a fault, the frame without rows being its input.

    Where a step declares nothing, it needs a column if it raises without it, or makes other columns.
    """
    for path, bound in steps:
        before = frame
        ran, frame = _ran(path, bound, before)
        yield StepColumns(
            path=dotted(path),
            name=ran.name,
            needs=() if isinstance(bound, Fault) else _needs(ran, bound, before),
            adds=ran.adds,
            drops=tuple(name for name in ran.before if name not in ran.behind),
            changes=ran.changes,
        )


def _needs(ran: Ran, bound: Bound, frame: pd.DataFrame) -> tuple[str, ...]:
    if bound.declared is not None:
        return bound.declared.needs
    return tuple(name for name in ran.before if _needed(name, ran, bound, frame))


def _ran(path: KeyPath, bound: Bound | Fault, frame: pd.DataFrame) -> tuple[Ran, pd.DataFrame]:
    before = tuple(map(str, frame.columns))
    if isinstance(bound, Fault):
        return Ran(path, "", before, before, fault=bound), frame
    declared = bound.declared or _NOTHING
    promised = Ran(path, bound.short, before, before, declared.adds, declared.changes)
    missing = tuple(name for name in declared.needs if name not in frame.columns)
    if missing:
        return _without(promised, missing, None), frame
    try:
        made = _called(path, bound, frame)
    except SoftwareError as error:
        name = _missing_name(error.__cause__)
        known = name is None or name in frame.columns
        return _without(promised, () if known or name is None else (name,), error), frame
    behind = tuple(map(str, made.columns))
    adds = tuple(name for name in behind if name not in before)
    changes = tuple(name for name, _, _ in changed_types(made, frame))
    return Ran(path, bound.short, before, behind, adds, changes), made


def _without(ran: Ran, missing: tuple[str, ...], error: SoftwareError | None) -> Ran:
    return Ran(
        ran.path, ran.name, ran.before, ran.behind, ran.adds, ran.changes, missing, error=error
    )


def _called(path: KeyPath, bound: Bound, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame behind a stage; behind a filter or a rule the frame itself."""
    if path[0] == "featurize":
        return transformed(bound, frame)
    mask(bound, frame)
    return frame


def _needed(name: str, ran: Ran, bound: Bound, frame: pd.DataFrame) -> bool:
    try:
        made = _called(ran.path, bound, frame.drop(columns=name))
    except SeawallError:
        return True
    return [str(column) for column in made.columns] != [n for n in ran.behind if n != name]


def _missing_name(cause: BaseException | None) -> str | None:
    """The column that the step asked the frame for; None when it raised for another reason."""
    if isinstance(cause, AttributeError):
        named = _ATTRIBUTE.search(str(cause))
        return None if named is None else named["name"]
    if not isinstance(cause, KeyError) or not cause.args:
        return None
    named = _LISTED.search(str(cause.args[0]))
    return str(cause.args[0]) if named is None else named["name"]
