"""`drill`: which batch is tried, within what time, and how each fault is expected to end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field

from seawall.config.scalars import Count, Duration, Items, Name, Section

__all__ = ["ANY", "FAULTS", "Drill", "Outcome", "faults_of", "kind_of_part"]

Outcome = Literal[
    "published",  # every row, none of them marked
    "degraded",  # published, with rows that a fallback served
    "quarantined",  # published without the rows that were set aside
    "held",
    "stopped",
    "failed",
    "interrupted",
    "hung",  # the drill had to end it
]
ANY = "*"
"""Stands for every part, or for every fault, of which nothing else is said."""
_TABLE = (
    *("down", "hang", "drip", "error_then_fine", "empty", "nulls", "half_keys", "renamed"),
    *("missing", "extra", "type", "times_1000", "duplicated", "stale"),
)
FAULTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "primary": _TABLE,
        "lookup": _TABLE,
        "stage": ("poison_row", "raises"),
        "model": ("missing", "out_of_bounds", "constant", "poison_row", "raises"),
        "run": ("again", "disk_full", "kill", "sigterm", "all_lookups_down"),
    }
)
"""The faults of each kind of part, in the order in which they are told."""


Outcomes = Outcome | Annotated[tuple[Outcome, ...], Items, Field(min_length=1)]


class Drill(Section):
    """What `seawall drill` does without being told, and the outcomes that must hold.

    `expect` has the outcomes of each fault of each part: `primary`, `lookup=NAME`, `stage=NAME`,
    `model`, `run`; `*` stands for every part, or every fault, of which nothing else is said.
    """

    batch: Name | None = None
    rows: Annotated[Count, Field(ge=1)] = 5_000
    deadline: Duration = timedelta(minutes=5)
    expect: dict[str, dict[str, Outcomes]] = Field(default={})

    def expected(self, part: str, fault: str) -> tuple[str, str, tuple[str, ...]] | None:
        """What is said of the fault, behind the part and the fault under which it stands in the file."""
        for said_of, what in ((part, fault), (part, ANY), (ANY, fault), (ANY, ANY)):
            outcomes = self.expect.get(said_of, {}).get(what)
            if outcomes is not None:
                return said_of, what, (outcomes,) if isinstance(outcomes, str) else outcomes
        return None


def kind_of_part(part: str) -> str:
    """`lookup` of `lookup=weather`; the part itself where it has no name."""
    return part.partition("=")[0]


def faults_of(part: str) -> tuple[str, ...]:
    """The faults that a part, or `*`, can have; none for what is no part."""
    if part == ANY:
        return tuple(dict.fromkeys(fault for faults in FAULTS.values() for fault in faults))
    return FAULTS.get(kind_of_part(part), ())
