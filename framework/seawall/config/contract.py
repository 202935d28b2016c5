"""`validate`: the contract of columns, the filters and the rules."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from seawall.config.judging import OnViolation, Rule, Step, contradiction
from seawall.config.scalars import ColumnName, Count, Duration, Items, Section, Share, UsePath
from seawall.shown import shown

__all__ = ["ColumnContract", "Dtype", "Freshness", "Length", "Parse", "RowCount", "Validate"]

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
Scalar = str | int | float | bool


class Length(Section):
    """How many characters a text may have."""

    min: Count = 0
    max: Count | None = None


class Parse(Section):
    """How the column's text is read where it is not written the plain way.

    `decimal` and `thousands` are the marks of a number (`1.234,5` has `,` and `.`), `format` is
    strptime's for a time, `true` and `false` list the texts of a truth value. Nothing is guessed:
    text that is written otherwise is a violation.
    """

    decimal: Literal[".", ","] = "."
    thousands: Literal[",", ".", " ", "'", "_"] | None = None
    format: str | None = None
    true: Annotated[tuple[str, ...], Items] = ()
    false: Annotated[tuple[str, ...], Items] = ()

    @model_validator(mode="after")
    def _marks_differ(self) -> Parse:
        if self.decimal == self.thousands:
            raise contradiction(f"decimal and thousands are both {self.decimal!r}", "two marks")
        return self


class ColumnContract(Section):
    """What is promised about a column, and what happens to rows that break it."""

    dtype: Dtype
    nullable: bool = False
    min: int | float | str | None = None
    max: int | float | str | None = None
    one_of: Annotated[tuple[Scalar, ...], Items] | None = None
    pattern: str | None = None
    unique: bool = False
    length: Length | None = None
    timezone: str | None = None
    resolution: Literal["s", "ms", "us", "ns"] | None = None
    nulls: Annotated[tuple[str, ...], Items] = ()
    parse: Parse | None = None
    infinities: bool = False
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
        low, high = self.min, self.max
        for name, end in (("min", low), ("max", high)):
            if isinstance(end, str):
                what = f"{name} is the text {shown(end)} on dtype {self.dtype}"
                raise contradiction(what, "a number")
        if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
            raise contradiction(f"min {low:g} is above max {high:g}", "min at most max")
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
