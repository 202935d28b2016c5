"""What stands in a reference file, key by key."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

__all__ = ["MARK", "VERSION", "Column", "Counts", "Document", "Figures", "Segment"]

MARK = "seawall reference"
VERSION = 1
_GRID, _WORDS, _BATCHES = 256, 1_000, 5_000

Count = Annotated[int, Field(ge=0, le=2**62)]
Runs = Annotated[list[Annotated[int, Field(ge=-(2**31), le=2**62)]], Field(max_length=1_001)]
"""Counts in order; −n stands for n zeros."""
Name = Annotated[str, Field(min_length=1, max_length=1_000)]
Bucket = Annotated[str, Field(pattern=r"^\d{1,6}$")]


class _Part(BaseModel):
    """A mapping of the file: its keys known, its numbers finite, its types held to the letter."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,
    )


class Moments(_Part):
    """Of the finite values: how many, their mean, the sum of squared differences from it, the ends.

    `m2` is null where it is beyond what a float holds.
    """

    count: Count
    mean: float
    m2: Annotated[float, Field(ge=0)] | None = 0.0
    min: float | None = None
    max: float | None = None

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if (self.min is None, self.max is None) != (not self.count, not self.count):
            raise ValueError("min and max belong to values, and there are both or none")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min is above max")
        return self


class Counts(_Part):
    """How often a column had which values; `other` are values that are none of its kind.

    `at` counts the values that are a point of the grid, or a word; `between` those below its first
    point, between two, and above its last; of a vocabulary, those that are no word.
    """

    rows: Count
    nulls: Count = 0
    nans: Count = 0
    minus_infinities: Count = 0
    plus_infinities: Count = 0
    other: Count = 0
    moments: Moments = Moments(count=0, mean=0.0)
    at: Runs
    between: Runs
    below: Annotated[dict[Bucket, Count], Field(max_length=70_000)] = {}
    above: Annotated[dict[Bucket, Count], Field(max_length=70_000)] = {}
    atoms: Annotated[dict[str, Count], Field(max_length=32)] = {}
    missed: Count = 0
    distinct: Count | None = None


class Column(Counts):
    """How a column is counted, and its counts."""

    kind: Literal["ordered", "categorical", "boolean", "timestamp", "text"]
    grid: Annotated[list[float], Field(max_length=_GRID)] = []
    vocabulary: Annotated[list[str], Field(max_length=_WORDS)] = []


class Segment(_Part):
    """The rows of one segment: the same columns, counted in the same way."""

    rows: Count
    columns: dict[Name, Counts]


class Figures(_Part):
    """How far each batch was from the others: `columns` has the packed figures, by column."""

    figures: list[str]
    batches: Annotated[list[tuple[str, Count, str]], Field(max_length=60)]
    columns: dict[Name, str]


def _listed_as_tuples(value: Any) -> Any:
    """JSON has no tuples."""
    batches = value.get("batches") if isinstance(value, dict) else None
    if not isinstance(batches, list):
        return value
    return value | {"batches": [tuple(b) if isinstance(b, list) else b for b in batches]}


def _moment(text: object) -> datetime:
    if not isinstance(text, str):
        raise ValueError("no time")  # noqa: TRY004 - pydantic gathers ValueErrors
    return datetime.fromisoformat(text)


class Document(_Part):
    """The whole file but its first key, which says what it is, and its last, which seals it."""

    pipeline: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    origin: Annotated[str, Field(max_length=500)]
    created_at: Annotated[AwareDatetime, BeforeValidator(_moment)]
    rows: Count
    batches: Annotated[list[str], Field(max_length=_BATCHES)] = []
    schema_: Annotated[str, Field(alias="schema")]
    remade: list[Name] = []
    columns: dict[Name, Column]
    segments: dict[Name, dict[str, Segment]] = {}
    past: Annotated[Figures, BeforeValidator(_listed_as_tuples)] | None = None
