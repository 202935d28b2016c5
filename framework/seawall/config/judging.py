"""`limits`, and what the other sections judge with: steps, rules, what a violation does."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar, Literal

from pydantic import Field
from pydantic_core import PydanticCustomError

from seawall.config.named import RULES, STAGES, target_of
from seawall.config.scalars import (
    Count,
    Duration,
    Parameter,
    Section,
    Share,
    UsePath,
)

__all__ = [
    "Limits",
    "OnViolation",
    "Quota",
    "Rule",
    "Stage",
    "Step",
    "contradiction",
]

OnViolation = Literal["fail", "quarantine", "warn"]


def contradiction(what: str, allowed: str) -> PydanticCustomError:
    """An error for values which are each allowed and cannot stand together."""
    return PydanticCustomError("seawall", "{what}|{allowed}", {"what": what, "allowed": allowed})


class Step(Section):
    """A row test with its parameters: `package.module:name`, or the name of a built-in or plug-in."""

    group: ClassVar[str] = RULES

    use: UsePath
    with_: dict[str, Parameter] = Field(default={}, alias="with")

    @property
    def target(self) -> str:
        """The `package.module:name` behind `use`; NameNotFoundError where it leads nowhere."""
        return target_of(self.use, self.group)


class Stage(Step):
    """A transform of rows with its parameters: `package.module:name`, or a built-in's or plug-in's name."""

    group: ClassVar[str] = STAGES


class Rule(Step):
    """A row test: frame → boolean mask, true for rows that pass."""

    on_violation: OnViolation = "quarantine"


class Quota(Section):
    """How many rows, and what share of the rows that stay after the filters."""

    share: Share | None = None
    rows: Count | None = None


class Limits(Section):
    """How much loss and degradation a published batch may carry, and how long a run may take.

    A run that is asked to stop, or whose time is up, has `grace` to finish the chunks in work.
    """

    quarantined_rows: Quota | None = None
    degraded_rows: Share | None = None
    degraded_lookups: Count | None = None
    consecutive_degraded_runs: Count | None = None
    retries: Count | None = None
    run_deadline: Duration | None = None
    grace: Duration = timedelta(seconds=20)
