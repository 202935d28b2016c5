"""`check_output`: what is promised about predictions, row by row and over the whole batch."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from seawall.config.judging import OnViolation, contradiction
from seawall.config.scalars import ColumnName, Count, Items, Section, Share

__all__ = ["Bound", "CheckOutput", "Distribution", "RowLaw"]

Interval = Annotated[tuple[float, float], Items]


class Bound(Section):
    """Which values an output may have; nulls and infinities are violations."""

    min: float | None = None
    max: float | None = None
    one_of: Annotated[tuple[str | int | float | bool, ...], Items] | None = None
    nullable: bool = False
    on_violation: OnViolation = "fail"

    @model_validator(mode="after")
    def _bounds_agree(self) -> Bound:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise contradiction(f"min {self.min:g} is above max {self.max:g}", "min at most max")
        return self


class RowLaw(Section):
    """What holds between the outputs of one row: a sum, or values that rise from left to right."""

    sum: Annotated[tuple[ColumnName, ...], Items] | None = None
    equals: float = 1.0
    tolerance: float = Field(default=1e-6, ge=0)
    increasing: Annotated[tuple[ColumnName, ...], Items] | None = None
    on_violation: OnViolation = "fail"

    @model_validator(mode="after")
    def _one_law(self) -> RowLaw:
        if (self.sum is None) == (self.increasing is None):
            raise contradiction("a row law needs exactly one of its kinds", "sum or increasing")
        if len(self.sum or self.increasing or ()) < 2:  # noqa: PLR2004 - a law between columns
            raise contradiction("a row law over fewer than two columns", "two columns or more")
        return self


class Distribution(Section):
    """What is promised about an output over the whole batch, held at the gate.

    `mean`, `std` and each of `quantiles` (`{p50: [lowest, highest]}`) lie in their intervals;
    `labels` gives each label's share an interval; the most frequent value has at most
    `max_top_share` of the rows, and there are at least `min_distinct` values (2 unless said: a
    constant output is a stuck one). The mean over the keys that the last published version has, too,
    differs from it by at most `max_mean_change` (of the output's own unit).
    """

    mean: Interval | None = None
    std: Interval | None = None
    quantiles: dict[Annotated[str, Field(pattern=r"^p\d{1,2}(\.\d+)?$")], Interval] = Field(
        default={}
    )
    max_top_share: Share | None = None
    min_distinct: Count | None = None
    labels: dict[str, Annotated[tuple[Share, Share], Items]] = Field(default={})
    max_mean_change: float | None = Field(default=None, ge=0)


class CheckOutput(Section):
    """Bounds and row laws, chunk by chunk; distributions at the gate."""

    bounds: dict[ColumnName, Bound] = Field(default={})
    rows: Annotated[tuple[RowLaw, ...], Items] = ()
    distribution: dict[ColumnName, Distribution] = Field(default={})
