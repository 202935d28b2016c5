"""`check_output`: what is promised about predictions, row by row and over the whole batch."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from seawall.config.judging import OnViolation, contradiction
from seawall.config.scalars import ColumnName, Count, Items, Section, Share

__all__ = ["Bound", "CheckOutput", "Distribution", "RowLaw"]

Interval = Annotated[tuple[float, float], Items]
QUANTILE_PATTERN = r"^p(100|\d{1,2}(\.\d+)?)$"
_SUM_TOLERANCE = 1e-6


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
        if self.one_of is not None and (self.min, self.max) != (None, None):
            raise contradiction("one_of beside min or max", "either of them")
        if self.one_of == ():
            raise contradiction("one_of without choices", "at least one")
        return self


class RowLaw(Section):
    """What holds between the outputs of one row: a sum, or values that rise from left to right.

    `tolerance` is 1e-6 for a sum; from left to right a value may fall by as much, 0 unless said.
    """

    sum: Annotated[tuple[ColumnName, ...], Items] | None = None
    equals: float = 1.0
    tolerance: float | None = Field(default=None, ge=0)
    increasing: Annotated[tuple[ColumnName, ...], Items] | None = None
    on_violation: OnViolation = "fail"

    @model_validator(mode="after")
    def _one_law(self) -> RowLaw:
        if (self.sum is None) == (self.increasing is None):
            raise contradiction("a row law needs exactly one of its kinds", "sum or increasing")
        if len(self.sum or self.increasing or ()) < 2:  # noqa: PLR2004 - a law between columns
            raise contradiction("a row law over fewer than two columns", "two columns or more")
        if len(set(self.columns)) < len(self.columns):
            raise contradiction("a row law that names a column twice", "each column once")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """The outputs that the law is about."""
        return self.sum or self.increasing or ()

    @property
    def slack(self) -> float:
        """By how much the law may be missed."""
        if self.tolerance is not None:
            return self.tolerance
        return 0.0 if self.sum is None else _SUM_TOLERANCE


class Distribution(Section):
    """What is promised about an output over the whole batch, held at the gate.

    `mean`, `std` and each of `quantiles` (`{p50: [lowest, highest]}`, read within 0.8 %; `p0` and
    `p100` are the extremes) lie in their intervals; `labels` gives each label's share an interval; the most frequent value has at most
    `max_top_share` of the rows, and there are at least `min_distinct` values. The mean over the keys
    that the last published version has, too, differs from that version's by at most
    `max_mean_change`, in the output's own unit. Without `min_distinct` a score that is the same in 100
    rows or more is held as stuck, and so is any number with a fraction; `min_distinct: 1` allows it. An
    output without any value is held, too; `min_distinct: 0` allows that.
    """

    mean: Interval | None = None
    std: Interval | None = None
    quantiles: dict[Annotated[str, Field(pattern=QUANTILE_PATTERN)], Interval] = Field(default={})
    max_top_share: Share | None = None
    min_distinct: Count | None = None
    labels: dict[str, Annotated[tuple[Share, Share], Items]] = Field(default={})
    max_mean_change: float | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _something_is_promised(self) -> Distribution:
        if all(value in (None, {}) for _, value in self):
            raise contradiction("a distribution of which nothing is promised", "mean, labels, …")
        return self

    @property
    def counted(self) -> bool:
        """Whether the output's values have to be counted."""
        return bool(self.labels) or (self.max_top_share, self.min_distinct) != (None, None)


class CheckOutput(Section):
    """Bounds and row laws, chunk by chunk; distributions at the gate."""

    bounds: dict[ColumnName, Bound] = Field(default={})
    rows: Annotated[tuple[RowLaw, ...], Items] = ()
    distribution: dict[ColumnName, Distribution] = Field(default={})
