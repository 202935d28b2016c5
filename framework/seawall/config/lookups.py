"""A lookup: an upstream table that is joined by key, what it must hold, and what stands in for it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from seawall.config.plugged import PLUG_IN
from seawall.config.scalars import ColumnName, Count, Duration, Items, Name, Section, Share
from seawall.config.sources import (
    FilesSource,
    HttpSource,
    Patience,
    PluginSource,
    PythonSource,
    SqlSource,
    by_type,
)

__all__ = [
    "CircuitBreaker",
    "Constants",
    "Expect",
    "FileLookup",
    "HttpLookup",
    "LastKnownGood",
    "Link",
    "Lookup",
    "LookupLink",
    "PluginLookup",
    "PythonLookup",
    "SqlLookup",
]

Scalar = str | int | float | bool | None
Columns = Annotated[tuple[ColumnName, ...], Items]
Join = Columns | dict[ColumnName, ColumnName]


class CircuitBreaker(Section):
    """After how many failed runs an upstream is left alone, and for how long."""

    failure_threshold: Annotated[Count, Field(ge=1)]
    open_for: Duration


class Expect(Section):
    """What a lookup must hold to count as an answer.

    Shares of nulls are of the lookup's rows, by its own column names; the coverage is of the
    distinct keys that the batch asks for. Without `min_rows` an empty table is none. Staleness is measured on the newest value of
    `as_of_column`, or on `as_of_header` of an HTTP answer; `max_unchanged` counts earlier batches
    that were published with the very same content.
    """

    min_rows: Count | None = None
    max_null_share: dict[ColumnName, Share] = Field(default={})
    min_key_coverage: Share | None = None
    max_staleness: Duration | None = None
    as_of_column: ColumnName | None = None
    as_of_header: str | None = None
    max_unchanged: Annotated[Count, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _one_clock(self) -> Expect:
        if self.as_of_column and self.as_of_header:
            what = {"what": "as_of_column and as_of_header", "allowed": "one of them"}
            raise PydanticCustomError("seawall", "{what}|{allowed}", what)
        return self


class LookupLink(Section):
    """A link of a fallback chain: another lookup, which is then not joined on its own."""

    lookup: Name


class _LastKnownGood(Section):
    max_age: Duration
    min_key_coverage: Share | None = None


class LastKnownGood(Section):
    """A link of a fallback chain: the last live read of a published run."""

    last_known_good: _LastKnownGood


class Constants(Section):
    """A link of a fallback chain: one value a column, by the names under which they are added."""

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


class _Lookup(Patience):
    join: Join = Field(min_length=1)
    columns: Columns | dict[ColumnName, ColumnName] = Field(min_length=1)
    on_missing_key: OnMissingKey = "null"
    expect: Expect = Expect()
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


class FileLookup(FilesSource, _Lookup):
    """An upstream table in files."""


class SqlLookup(SqlSource, _Lookup):
    """An upstream table from a query."""


class HttpLookup(HttpSource, _Lookup):
    """An upstream table from an HTTP service."""


class PythonLookup(PythonSource, _Lookup):
    """An upstream table from a callable."""


class PluginLookup(PluginSource, _Lookup):
    """An upstream table from a plug-in."""


Lookup = Annotated[
    Annotated[FileLookup, Tag("parquet")]
    | Annotated[SqlLookup, Tag("sql")]
    | Annotated[HttpLookup, Tag("http")]
    | Annotated[PythonLookup, Tag("python")]
    | Annotated[PluginLookup, Tag(PLUG_IN)],
    Discriminator(by_type),
]
