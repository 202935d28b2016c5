"""Which columns the rows that a fallback served may have other values in than usual."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from seawall.gate import Reach
from seawall.plan.dry_run import StepColumns, step_columns
from seawall.plan.learn import without_rows
from seawall.plan.plan import Plan
from seawall.plan.plugged import steps_of
from seawall.stages.steps import bind

__all__ = ["reached"]

_MODEL = "model"
"""The mark of rows for which another model predicted."""


def reached(
    plan: Plan, marks: Iterable[str], columns: Iterable[str], features: Sequence[str] | None
) -> dict[str, Reach]:
    """By mark (`lookup=link`, `lookup.column=link`), what the fallback gave, and which of these columns may be made from that.

    What the source itself has is never among them. Which columns a step needs and makes it declares, or
    a run without rows shows; a column of which nobody knows the maker may be made from anything.
    `features` are the model's columns, None where they are not known.
    """
    marks = tuple(marks)
    if not marks:
        return {}
    search = _Search(plan, _steps(plan), frozenset(columns), features)
    return {mark: search.reach(mark.partition("=")[0]) for mark in marks}


@dataclass(frozen=True, slots=True)
class _Search:
    plan: Plan
    steps: Sequence[StepColumns]
    columns: frozenset[str]
    features: Sequence[str] | None

    def reach(self, about: str) -> Reach:
        """What the columns end up in that a mark is about: a lookup's, or one of them."""
        outputs, joined = self.plan.config.predict.output_columns, self.plan.config.ingest.joined
        if about == _MODEL:
            return Reach(frozenset(outputs))
        served = self._served(about)
        found = {*served, *self._of_unknown_make()}
        for way in joined.values():
            if found.intersection(way.join_columns):
                found.update(way.added_columns.values())
        for step in self.steps:
            if found.intersection(step.needs):
                found.update(step.adds, step.changes)
        if self.features is None or found.intersection(self.features):
            found.update(outputs)
        return Reach(served, frozenset(found) - served - _read(self.plan))

    def _served(self, about: str) -> frozenset[str]:
        """The columns of the lookup, or the one that the mark names behind the lookup's name."""
        for name, way in self.plan.config.ingest.joined.items():
            added = frozenset(way.added_columns.values())
            if about == name:
                return added
            if about.startswith(f"{name}.") and about.removeprefix(f"{name}.") in added:
                return frozenset({about.removeprefix(f"{name}.")})
        return frozenset()

    def _of_unknown_make(self) -> frozenset[str]:
        config = self.plan.config
        looked_up = {n for way in config.ingest.joined.values() for n in way.added_columns.values()}
        made = {name for step in self.steps for name in step.adds}
        known = {*looked_up, *made, *config.predict.output_columns}
        return self.columns - known - _read(self.plan)


def _read(plan: Plan) -> frozenset[str]:
    """The columns that come with the rows."""
    return frozenset(plan.input_schema if plan.columns is None else plan.columns)


def _steps(plan: Plan) -> list[StepColumns]:
    """What each step needs and makes; nothing where a step cannot be tried without rows."""
    try:
        bound = [(path, bind(step, plan.context)) for path, step in steps_of(plan.config)]
        return list(step_columns(bound, without_rows(plan.config, tuple(_read(plan)))))
    except Exception:  # noqa: BLE001 - a step of the user's: then nobody knows what makes what
        return []
