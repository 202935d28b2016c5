"""`ingest`: the rows to score and the tables that are joined to them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from seawall.config.lookups import Lookup, LookupLink
from seawall.config.plugged import PLUG_IN
from seawall.config.scalars import ColumnName, Count, Duration, Items, Name, Section
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
    "FilePrimary",
    "HttpPrimary",
    "Ingest",
    "PluginPrimary",
    "Primary",
    "PythonPrimary",
    "SqlPrimary",
]

Columns = Annotated[tuple[ColumnName, ...], Items]


class _Primary(Patience):
    key: ColumnName
    chunk_rows: Annotated[Count, Field(ge=1)] = 131_072
    columns: Columns | None = None
    wait_for: Duration | None = None
    on_unchanged_input: Literal["warn", "fail"] | None = None
    on_corrupt_fragment: Literal["fail", "quarantine"] = "fail"
    on_duplicate_key: Literal["fail", "quarantine"] = "fail"


class FilePrimary(FilesSource, _Primary):
    """Rows to score in files: Parquet by row group, CSV and JSON lines by blocks of whole records."""


class SqlPrimary(SqlSource, _Primary):
    """Rows to score from a query."""


class HttpPrimary(HttpSource, _Primary):
    """Rows to score from an HTTP service."""


class PythonPrimary(PythonSource, _Primary):
    """Rows to score from a callable."""


class PluginPrimary(PluginSource, _Primary):
    """Rows to score from a plug-in."""


Primary = Annotated[
    Annotated[FilePrimary, Tag("parquet")]
    | Annotated[SqlPrimary, Tag("sql")]
    | Annotated[HttpPrimary, Tag("http")]
    | Annotated[PythonPrimary, Tag("python")]
    | Annotated[PluginPrimary, Tag(PLUG_IN)],
    Discriminator(by_type),
]


class Rehearsal(Section):
    """On how many rows the fallback chains are tried out in healthy runs; 0 for not at all."""

    rows: Count = 1_000


class Ingest(Section):
    """The rows to score and the tables that are joined to them by key."""

    primary: Primary
    lookups: dict[Name, Lookup] = Field(default={})
    rehearsal: Rehearsal = Rehearsal()

    @property
    def replicas(self) -> frozenset[str]:
        """The lookups that stand in for others, and are not joined on their own."""
        links = (link for lookup in self.lookups.values() for link in lookup.fallback)
        return frozenset(link.lookup for link in links if isinstance(link, LookupLink))

    @property
    def joined(self) -> dict[str, Lookup]:
        """The lookups that add columns to the rows, in the file's order."""
        return {name: way for name, way in self.lookups.items() if name not in self.replicas}
