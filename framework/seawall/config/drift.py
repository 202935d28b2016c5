"""`drift`: which columns are compared with which reference, and what a difference does."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from seawall.config.judging import contradiction
from seawall.config.scalars import ColumnName, Count, Items, PathTemplate, Section, Share

__all__ = ["Drift", "Floors", "Kind", "RollingReference", "Watched"]

Kind = Literal["ordered", "categorical", "boolean", "timestamp", "text"]
OnFail = Literal["hold", "warn"]
Season = Literal["weekday", "month"]

_ALARMS = re.compile(r"([1-9]\d{0,3}) in ([1-9]\d{0,5}) runs")
_RUNS = re.compile(r"([1-9]\d?) runs?")


def _alarms(value: object) -> float:
    match = _ALARMS.fullmatch(value) if isinstance(value, str) else None
    if match is None or int(match[1]) >= int(match[2]):
        allowed = (
            "how many false alarms may be borne: 1 in 30 runs; "
            "fewer than the runs, at most 9999, in at most 999999"
        )
        raise contradiction("not a rate", allowed)
    return int(match[1]) / int(match[2])


def _runs(value: object) -> int:
    match = _RUNS.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise contradiction("not a number of runs", "how many in a row, 1 to 99: 1 run, 2 runs")
    return int(match[1])


def _file(path: str) -> str:
    if "://" in path or not path.endswith(".json"):
        allowed = "a file below the project that ends in .json: references/flight_delays.json"
        raise contradiction("not a reference's file", allowed)
    return path


Alarms = Annotated[
    float,
    BeforeValidator(_alarms),
    WithJsonSchema({"type": "string", "pattern": _ALARMS.pattern, "examples": ["1 in 30 runs"]}),
]
Runs = Annotated[
    int,
    BeforeValidator(_runs),
    WithJsonSchema({"type": "string", "pattern": _RUNS.pattern, "examples": ["2 runs"]}),
]
Size = Annotated[float, Field(gt=0, le=1)]
"""An effect: KS D of an ordered column, total variation of a categorical one."""
ReferencePath = Annotated[PathTemplate, AfterValidator(_file)]
"""`seawall reference build` writes it, so that it has to be a file, and none that is something else."""
Pair = Annotated[tuple[Share, Share], Items]
"""From which change on it is a warning, and from which on a failure."""


class Floors(Section):
    """What is too little to matter, however significant it is."""

    distance: Annotated[tuple[Size, Size], Items] = (0.05, 0.20)
    nulls: Pair = (0.02, 0.10)
    new: Pair = (0.005, 0.05)
    top: Pair = (0.05, 0.25)

    @model_validator(mode="after")
    def _rising(self) -> Self:
        for name in type(self).model_fields:
            warn, fail = getattr(self, name)
            if warn > fail:
                raise contradiction(f"{name} fails before it warns", "[warn, fail], rising")
        return self


class Watched(Section):
    """How one column is compared; what is not said is as the section says it of all."""

    kind: Kind | None = None
    severity: Literal["fail", "warn"] = "fail"
    on_fail: OnFail | None = None
    for_: Runs | None = Field(default=None, alias="for")
    floors: Floors | None = None


class RollingReference(Section):
    """The sum of the last accepted batches, held against a frozen anchor."""

    rolling: Count = Field(ge=2, le=60)
    anchor: ReferencePath | None = None


class Drift(Section):
    """Which columns are compared with which reference, and what a difference does."""

    reference: ReferencePath | RollingReference
    columns: Annotated[tuple[ColumnName, ...], Items] | dict[ColumnName, Watched] = ()
    season: Season | None = None
    alarms: Alarms = 1 / 30
    segments: Annotated[tuple[ColumnName, ...], Items] = ()
    rule: Literal["seawall", "ks-p-value"] = "seawall"
    p_value: Annotated[float, Field(gt=0, lt=1)] = 0.05
    floors: Floors = Floors()
    on_fail: OnFail = "hold"
    for_: Runs = Field(default=1, alias="for")

    def watched(self, column: str) -> Watched:
        """How the column is compared."""
        return self.columns.get(column, _AS_ALL) if isinstance(self.columns, dict) else _AS_ALL


_AS_ALL = Watched()
