"""`ingest`: the rows to score and the tables that are joined to them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from seawall.config.scalars import (
    ColumnName,
    Count,
    Duration,
    Items,
    Name,
    PathTemplate,
    Section,
    Share,
    Text,
    UsePath,
)

__all__ = [
    "Constants",
    "CsvFormat",
    "Expect",
    "FileLookup",
    "FilePrimary",
    "Ingest",
    "LastKnownGood",
    "Lookup",
    "LookupLink",
    "Primary",
    "SqlLookup",
]

Scalar = str | int | float | bool | None
Columns = Annotated[tuple[ColumnName, ...], Items]
Join = Columns | dict[ColumnName, ColumnName]


class CsvFormat(Section):
    """How a CSV file is written; anything that is not declared is refused, never guessed."""

    delimiter: str = Field(default=",", pattern=r"^[\x01-\x7f]$")
    quote: str = Field(default='"', pattern=r"^[\x01-\x7f]$")
    encoding: Literal["utf-8"] = "utf-8"
    nulls: Annotated[tuple[str, ...], Items] = ("",)

    @model_validator(mode="after")
    def _told_apart(self) -> CsvFormat:
        if self.delimiter == self.quote:
            what = {"what": "delimiter and quote are the same", "allowed": "two characters"}
            raise PydanticCustomError("seawall", "{what}|{allowed}", what)
        return self


class _Primary(Section):
    key: ColumnName
    chunk_rows: Count = Field(default=131_072, ge=1)
    columns: Columns | None = None
    wait_for: Duration | None = None
    on_unchanged_input: Literal["warn", "fail"] | None = None
    on_corrupt_fragment: Literal["fail", "quarantine"] = "fail"


class FilePrimary(_Primary):
    """Rows to score in files: Parquet by row group, CSV and JSON lines by blocks of whole records."""

    type: Literal["parquet", "csv", "jsonl"]
    path: PathTemplate
    csv: CsvFormat = CsvFormat()


class SqlPrimary(_Primary):
    """Rows to score from a query; :batch and the parameters are bound."""

    type: Literal["sql"]
    url: Text
    query: str
    params: dict[str, Scalar] = Field(default={})


class HttpPrimary(_Primary):
    """Rows to score from an HTTP service."""

    type: Literal["http"]
    url: Text
    format: Literal["json", "jsonl", "csv"] = "json"
    headers: dict[str, Text] = Field(default={})


class PythonPrimary(_Primary):
    """Rows to score from a callable `package.module:name` that returns a frame or yields frames."""

    type: Literal["python"]
    use: UsePath
    with_: dict[str, Scalar] = Field(default={}, alias="with")


class Jitter(Section):
    """The waits between attempts."""

    initial: Duration
    multiplier: float = Field(default=2, ge=1)
    max: Duration
    jitter: Literal["full", "none"] = "full"


class Retry(Section):
    """How often and how patiently a failing read is tried again; the first attempt counts."""

    max_attempts: Count = Field(default=4, ge=1)
    backoff: Jitter | None = None


class CircuitBreaker(Section):
    """After how many failed runs an upstream is left alone, and for how long."""

    failure_threshold: Count = Field(ge=1)
    open_for: Duration


class Expect(Section):
    """What a lookup must hold to count as an answer."""

    min_rows: Count | None = None
    max_null_share: dict[ColumnName, Share] = Field(default={})
    min_key_coverage: Share | None = None
    max_staleness: Duration | None = None
    max_unchanged: Count | None = None


class LookupLink(Section):
    """A link of a fallback chain: another lookup."""

    lookup: Name


class _LastKnownGood(Section):
    max_age: Duration
    min_key_coverage: Share | None = None


class LastKnownGood(Section):
    """A link of a fallback chain: the last live read of a published run."""

    last_known_good: _LastKnownGood


class Constants(Section):
    """A link of a fallback chain: one value a column."""

    constants: dict[ColumnName, Scalar]


def _link(value: object) -> str | None:
    known = ("lookup", "last_known_good", "constants")
    keys = set(value) if isinstance(value, dict) else set()
    return next((name for name in known if name in keys), None)


Link = Annotated[
    Annotated[LookupLink, Tag("lookup")]
    | Annotated[LastKnownGood, Tag("last_known_good")]
    | Annotated[Constants, Tag("constants")],
    Discriminator(
        _link,
        custom_error_type="seawall",
        custom_error_message="not a link of a fallback chain|lookup, last_known_good or constants",
    ),
]


def _null_word(value: object) -> object:
    return "null" if value is None else value  # unquoted, YAML's null is what the author wrote


OnMissingKey = Annotated[
    Literal["null", "fallback", "quarantine"],
    BeforeValidator(_null_word),
    WithJsonSchema({"enum": [None, "null", "fallback", "quarantine"]}),
]


class _Lookup(Section):
    join: Join = Field(min_length=1)
    columns: Columns | dict[ColumnName, ColumnName] = Field(min_length=1)
    on_missing_key: OnMissingKey = "null"
    expect: Expect | None = None
    attempt_timeout: Duration | None = None
    deadline: Duration | None = None
    retry: Retry | None = None
    circuit_breaker: CircuitBreaker | None = None
    fallback: Annotated[tuple[Link, ...], Items] = ()

    @property
    def join_columns(self) -> dict[str, str]:
        """The primary's column of each of the lookup's join columns: {primary: lookup}."""
        return (
            dict(self.join) if isinstance(self.join, dict) else {name: name for name in self.join}
        )

    @property
    def added_columns(self) -> dict[str, str]:
        """The lookup's column behind each column that it adds: {lookup: added}."""
        if isinstance(self.columns, dict):
            return dict(self.columns)
        return {name: name for name in self.columns}

    @model_validator(mode="after")
    def _times_agree(self) -> _Lookup:
        if self.attempt_timeout and self.deadline and self.attempt_timeout > self.deadline:
            allowed = "an attempt_timeout no longer than the deadline"
            raise PydanticCustomError(
                "seawall",
                "{what}|{allowed}",
                {"what": "attempt_timeout is longer than deadline", "allowed": allowed},
            )
        return self


class FileLookup(_Lookup):
    """An upstream table in files."""

    type: Literal["parquet", "csv", "jsonl"]
    path: PathTemplate
    csv: CsvFormat = CsvFormat()


class SqlLookup(_Lookup):
    """An upstream table from a query; :batch and the parameters are bound, never pasted."""

    type: Literal["sql"]
    url: Text
    query: str = Field(min_length=1)
    params: dict[str, Scalar] = Field(default={})


class HttpLookup(_Lookup):
    """An upstream table from an HTTP service."""

    type: Literal["http"]
    url: Text
    format: Literal["json", "jsonl", "csv"] = "json"
    headers: dict[str, Text] = Field(default={})


class PythonLookup(_Lookup):
    """An upstream table from a callable `package.module:name`."""

    type: Literal["python"]
    use: UsePath
    with_: dict[str, Scalar] = Field(default={}, alias="with")


Primary = Annotated[
    FilePrimary | SqlPrimary | HttpPrimary | PythonPrimary, Field(discriminator="type")
]
Lookup = Annotated[FileLookup | SqlLookup | HttpLookup | PythonLookup, Field(discriminator="type")]


class Ingest(Section):
    """The rows to score and the tables that are joined to them by key."""

    primary: Primary
    lookups: dict[Name, Lookup] = Field(default={})
