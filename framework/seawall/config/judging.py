"""`validate`, `check_output`, `drift`, `limits`: what must hold before anything is published."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from seawall.config.scalars import (
    ColumnName,
    Count,
    Duration,
    Items,
    Parameter,
    PathTemplate,
    Section,
    Share,
    UsePath,
)

__all__ = [
    "Bound",
    "CheckOutput",
    "ColumnContract",
    "Distribution",
    "Drift",
    "Dtype",
    "Limits",
    "OnViolation",
    "Quota",
    "Step",
    "Validate",
]

Dtype = Literal[
    "string",
    "category",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float32",
    "float64",
    "bool",
    "timestamp",
]
OnViolation = Literal["fail", "quarantine", "warn"]
Scalar = str | int | float | bool


def contradiction(what: str, allowed: str) -> PydanticCustomError:
    """An error for values which are each allowed and cannot stand together."""
    return PydanticCustomError("seawall", "{what}|{allowed}", {"what": what, "allowed": allowed})


class Step(Section):
    """A function or class of the user's, `package.module:name`, with its parameters."""

    use: UsePath
    with_: dict[str, Parameter] = Field(default={}, alias="with")


class Rule(Step):
    """A row test: frame → boolean mask, true for rows that pass."""

    on_violation: OnViolation = "quarantine"


class Length(Section):
    """How many characters a text may have."""

    min: Count = 0
    max: Count | None = None


class ColumnContract(Section):
    """What is promised about a column, and what happens to rows that break it."""

    dtype: Dtype
    nullable: bool = False
    min: float | str | None = None
    max: float | str | None = None
    one_of: Annotated[tuple[Scalar, ...], Items] | None = None
    pattern: str | None = None
    unique: bool = False
    length: Length | None = None
    timezone: str | None = None
    resolution: Literal["s", "ms", "us", "ns"] | None = None
    nulls: Annotated[tuple[str, ...], Items] = ()
    max_null_share: Share | None = None
    max_new_share: Share | None = None
    description: str = ""
    on_violation: OnViolation = "fail"

    @model_validator(mode="after")
    def _bounds_agree(self) -> ColumnContract:
        if self.dtype in {"string", "category", "bool"} and (self.min, self.max) != (None, None):
            raise contradiction(f"min and max on dtype {self.dtype}", "one_of, pattern or length")
        if self.dtype == "timestamp":
            return self
        if isinstance(self.min, str) or isinstance(self.max, str):
            raise contradiction(f"min or max is text on dtype {self.dtype}", "numbers")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise contradiction(f"min {self.min:g} is above max {self.max:g}", "min at most max")
        return self

    @model_validator(mode="after")
    def _null_share_needs_nulls(self) -> ColumnContract:
        if self.max_null_share is not None and not self.nullable:
            raise contradiction(
                "max_null_share on a column without nulls", "nullable: true beside it"
            )
        return self


class RowCount(Section):
    """How many rows the batch may have, against the median of the last seven runs."""

    min: Count | None = None
    max: Count | None = None
    change: Share | None = None


class Freshness(Section):
    """How old the newest value of a timestamp column may be."""

    column: ColumnName
    max_age: Duration


class Validate(Section):
    """The contract, the filters and the rules."""

    columns: dict[ColumnName, ColumnContract] = Field(default={})
    pandera: UsePath | None = None
    extra_columns: Literal["ignore", "forbid"] = "ignore"
    filters: Annotated[tuple[Step, ...], Items] = ()
    rules: Annotated[tuple[Rule, ...], Items] = ()
    rows: RowCount = RowCount()
    freshness: Freshness | None = None


class Bound(Section):
    """Between which values an output lies; nulls and infinities are violations."""

    min: float | None = None
    max: float | None = None
    nullable: bool = False
    on_violation: OnViolation = "fail"

    @model_validator(mode="after")
    def _bounds_agree(self) -> Bound:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise contradiction(f"min {self.min:g} is above max {self.max:g}", "min at most max")
        return self


class Distribution(Section):
    """What is promised about an output's distribution over the whole batch."""

    mean: Annotated[tuple[float, float], Items] | None = None
    max_top_share: Share | None = None


class CheckOutput(Section):
    """Bounds, chunk by chunk; distributions at the gate."""

    bounds: dict[ColumnName, Bound] = Field(default={})
    distribution: dict[ColumnName, Distribution] = Field(default={})


class RollingReference(Section):
    """The sum of the last accepted batches, held against a frozen anchor."""

    rolling: Count = Field(ge=2)
    anchor: PathTemplate | None = None


class Drift(Section):
    """Which columns are compared with which reference, and what a difference does."""

    reference: PathTemplate | RollingReference
    columns: Annotated[tuple[ColumnName, ...], Items] = ()
    alarms: str | None = Field(default=None, pattern=r"^\d+ in \d+ runs$")
    segments: Annotated[tuple[ColumnName, ...], Items] = ()
    rule: Literal["seawall", "ks-p-value"] = "seawall"
    on_fail: Literal["hold", "warn"] = "hold"


class Quota(Section):
    """How many rows, and what share of the rows that stay after the filters."""

    share: Share | None = None
    rows: Count | None = None


class Limits(Section):
    """How much loss and degradation a published batch may carry."""

    quarantined_rows: Quota | None = None
    degraded_rows: Share | None = None
    degraded_lookups: Count | None = None
    consecutive_degraded_runs: Count | None = None
    retries: Count | None = None
    run_deadline: Duration | None = None
