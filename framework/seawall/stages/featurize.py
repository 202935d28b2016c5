"""Featurize: the user's stages, one after the other, held to the same rows."""

from __future__ import annotations

import functools
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import pandas as pd

from seawall.contracts import Made
from seawall.errors import SoftwareError
from seawall.names import did_you_mean
from seawall.shown import listed, shown
from seawall.stages.bugs import missing_column
from seawall.stages.laws import changed_types, type_name
from seawall.stages.poison import Work, survived
from seawall.stages.sifting import Sieve
from seawall.stages.steps import Bound, transformed, tried

__all__ = ["Makers", "featurize"]


@dataclass(slots=True)
class Makers:
    """Which stage made each new column or changed its type, and which took a column away."""

    made: dict[str, str] = field(default_factory=dict)
    taken: dict[str, str] = field(default_factory=dict)

    def note(self, step: str, before: pd.DataFrame, behind: pd.DataFrame) -> None:
        """The step's part is known, too."""
        for name in map(str, before.columns.difference(behind.columns, sort=False)):
            self.taken[name] = step
            self.made.pop(name, None)
        for name in map(str, behind.columns.difference(before.columns, sort=False)):
            self.made[name] = step
            self.taken.pop(name, None)
        for name, *_ in changed_types(behind, before):
            self.made[name] = step

    def types(self, frame: pd.DataFrame, outputs: Collection[str]) -> dict[str, Made]:
        """What was made of the frame's columns, the model's outputs among them; nothing without rows."""
        makers = self.made | dict.fromkeys(outputs, "predict.model")
        return {
            name: Made(type_name(frame[name].dtype), by)
            for name, by in makers.items()
            if len(frame) and name in frame.columns
        }


def featurize(sieve: Sieve, steps: Sequence[Bound]) -> Makers:
    """The sieve's rows went through every step; those on which one raises have left.

    Index and key are as before. Raises SoftwareError when a step breaks a law of stages, or raises
    and no row is to blame; DataError when a row is and may not leave.
    """
    makers = Makers()
    for step in steps:
        _present(step, sieve.frame, makers)
        make = functools.partial(_transformed, step, sieve.key)
        attempt = functools.partial(tried, step)
        work = Work("featurize", step.name, step.short, make, attempt)
        try:
            frame = survived(work, sieve)
        except SoftwareError as error:
            name = missing_column(error.__cause__, sieve.frame)
            if name is None:
                raise
            raise _lacking(name, error.where, sieve.frame, makers) from error.__cause__
        makers.note(step.name, sieve.frame, frame)
        sieve.frame = frame
    return makers


def _present(step: Bound, frame: pd.DataFrame, makers: Makers) -> None:
    """Every column that the step declares to need is there."""
    for name in step.declared.needs if step.declared else ():
        if name not in frame.columns:
            raise _lacking(name, step.name, frame, makers)


def _lacking(name: str, where: str, frame: pd.DataFrame, makers: Makers) -> SoftwareError:
    taken = makers.taken.get(name)
    return SoftwareError(
        f"it needs a column {shown(name)} that is not there",
        where,
        f"{taken} took it away" if taken else f"the columns {listed(frame.columns)}",
        todo=did_you_mean(name, map(str, frame.columns))
        or "add a stage before it that makes the column, or mend the name",
    )


def _transformed(step: Bound, key: str, frame: pd.DataFrame) -> pd.DataFrame:
    made = transformed(step, frame)
    if key not in made.columns or not made[key].equals(frame[key]):
        raise SoftwareError(
            f"a stage may not change the key {shown(key)}",
            step.name,
            "other keys" if key in made.columns else "no such column",
            "the keys that came in: they trace a row everywhere",
            "leave the column as it is; make another one",
        )
    return made
