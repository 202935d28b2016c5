"""What lookups add to the rows, and what is expected of them, held against the rest of the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from seawall.config.faults import Fault, KeyPath, dotted
from seawall.config.ingest import Ingest
from seawall.config.lookups import HttpLookup, Lookup, LookupLink, PythonLookup, SqlLookup
from seawall.config.models import PipelineConfig
from seawall.config.near import did_you_mean, near
from seawall.config.places import Places
from seawall.shown import listed, shown

__all__ = ["RESERVED", "column_clashes", "expectation_faults"]

RESERVED = ("batch", "_degraded")
"""Columns that the run adds itself, or that readers of a partitioned folder do."""


def column_clashes(config: PipelineConfig, places: Places) -> Iterator[Fault]:
    """Columns that a lookup adds and that are there already; a stand-in's own are not added."""
    ingest = config.ingest
    joined_by = {
        column: f"joined by in the lookup {name}"
        for name, lookup in ingest.joined.items()
        for column in lookup.join_columns
    }
    reserved = {ingest.primary.key: "the key", **dict.fromkeys(RESERVED, "reserved")}
    taken = {**reserved, **joined_by}
    misspelt = set(_misspelt(ingest))
    for name, lookup in ingest.joined.items():
        if name not in misspelt:
            yield from _taken(name, lookup, taken, places)
    for name in sorted(ingest.replicas & set(ingest.lookups)):
        yield from _taken(name, ingest.lookups[name], {**reserved, **joined_by}, places)


def _misspelt(ingest: Ingest) -> Iterator[str]:
    """The lookups that links probably mean which name none: what they add is no clash then."""
    for name, lookup in ingest.lookups.items():
        others = [other for other in ingest.lookups if other != name]
        for link in lookup.fallback:
            if isinstance(link, LookupLink) and link.lookup not in ingest.lookups:
                yield near(link.lookup, others) or ""


def expectation_faults(config: PipelineConfig, places: Places) -> Iterator[Fault]:
    """Expectations that no answer of the lookup could show, or that nothing follows from."""
    for name, lookup in config.ingest.lookups.items():
        path: KeyPath = ("ingest", "lookups", name)
        yield from _null_shares(lookup, path, places)
        yield from _clock(lookup, path, places)
        if lookup.on_missing_key == "fallback" and not lookup.fallback:
            at = (*path, "on_missing_key")
            todo = "declare its fallback, or on_missing_key: null"
            yield Fault(places.value(at), dotted(at), "a lookup without a chain", todo=todo)


def _taken(name: str, lookup: Lookup, taken: dict[str, str], places: Places) -> Iterator[Fault]:
    """The added columns whose names are taken; afterwards all of them are."""
    written = lookup.columns
    added = written.items() if isinstance(written, dict) else enumerate(written)
    for step, column in added:
        path: KeyPath = ("ingest", "lookups", name, "columns", step)
        if column in taken:
            what = f"the added column {shown(column)} has a name that is taken: {taken[column]}"
            todo = f"give it another: columns: {{{column}: new_name}}"
            yield Fault(places.value(path), dotted(path), what, todo=todo)
        taken[column] = f"added by the lookup {name}"


def _null_shares(lookup: Lookup, path: KeyPath, places: Places) -> Iterator[Fault]:
    """Shares of nulls in columns that the lookup doesn't read."""
    known: Mapping[str, object] = {**lookup.added_columns, **_own_joins(lookup)}
    for column in lookup.expect.max_null_share:
        if column not in known:
            at = (*path, "expect", "max_null_share", column)
            what, allowed = "not a column that the lookup reads", listed(known)
            todo = did_you_mean(column, known)
            yield Fault(places.key(at), dotted(at), what, shown(column), allowed, todo)


def _own_joins(lookup: Lookup) -> dict[str, str]:
    """The join columns by the lookup's own names."""
    return {own: name for name, own in lookup.join_columns.items()}


def _clock(lookup: Lookup, path: KeyPath, places: Places) -> Iterator[Fault]:
    """Ages that are measured on what this kind of upstream doesn't have."""
    expect = lookup.expect
    if expect.as_of_header is not None and not isinstance(lookup, HttpLookup):
        at = (*path, "expect", "as_of_header")
        what = f"a lookup of type {lookup.type} has no headers"
        yield Fault(places.value(at), dotted(at), what, todo="name an as_of_column instead")
    timeless = isinstance(lookup, SqlLookup | PythonLookup) and expect.as_of_column is None
    if expect.max_staleness is not None and timeless:
        at = (*path, "expect", "max_staleness")
        what = f"nothing says when the rows of a lookup of type {lookup.type} are from"
        todo = "add as_of_column: the column of its rows that does"
        yield Fault(places.value(at), dotted(at), what, todo=todo)
