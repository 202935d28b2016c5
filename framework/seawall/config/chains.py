"""Fallback chains: links that lead nowhere, stand-ins that offer too little, constants that don't fit."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from seawall.config.faults import Fault, KeyPath, dotted
from seawall.config.fits import misfit
from seawall.config.lookups import Constants, Link, Lookup, LookupLink
from seawall.config.models import PipelineConfig
from seawall.config.near import did_you_mean
from seawall.config.places import Places
from seawall.shown import listed, shown

__all__ = ["chain_faults", "constant_faults"]


def chain_faults(config: PipelineConfig, places: Places) -> Iterator[Fault]:
    """Links that could never answer for their lookup."""
    known = config.ingest.lookups
    for name, lookup in known.items():
        path: KeyPath = ("ingest", "lookups", name, "fallback")
        for number, link in enumerate(lookup.fallback):
            if isinstance(link, LookupLink):
                yield from _stand_in(config, name, link, (*path, number, "lookup"), places)
            if number and isinstance(lookup.fallback[number - 1], Constants):
                todo = "let the constants be the last link"
                what = "a link behind constants, which answer for every key"
                at = (*path, number)
                yield Fault(places.value(at), dotted(at), what, todo=todo)


def constant_faults(config: PipelineConfig, places: Places) -> Iterator[Fault]:
    """Constants for other columns than the added ones, and values that the contract refuses."""
    for name, lookup in config.ingest.lookups.items():
        for number, link in enumerate(lookup.fallback):
            if isinstance(link, Constants):
                path: KeyPath = ("ingest", "lookups", name, "fallback", number, "constants")
                yield from _columns(lookup, link, path, places)
                yield from _values(config, link, path, places)


def _stand_in(
    config: PipelineConfig, name: str, link: LookupLink, path: KeyPath, places: Places
) -> Iterator[Fault]:
    """What keeps one lookup from standing in for another."""
    known = config.ingest.lookups
    if link.lookup == name or link.lookup not in known:
        others = [other for other in known if other != name]
        what = "a lookup that falls back on itself" if link.lookup == name else "no such lookup"
        todo, allowed = did_you_mean(link.lookup, others), listed(others) or "another lookup"
        yield Fault(places.value(path), dotted(path), what, shown(link.lookup), allowed, todo)
        return
    other = known[link.lookup]
    if any(_leads_to(back, name) for back in other.fallback):
        if list(known).index(name) < list(known).index(link.lookup):
            yield _circle(name, link.lookup, places)
        return
    # One is enough: what differs in several ways is probably the wrong lookup.
    yield from islice(_alike(link.lookup, other, (name, known[name]), places), 1)


def _circle(name: str, other: str, places: Places) -> Fault:
    """Two lookups that stand in for each other, told at the second of them."""
    at: KeyPath = ("ingest", "lookups", other, "fallback")
    what = f"it stands in for the lookup {name}, which falls back on it in turn"
    todo = f"leave out one of the two links: {other} in the chain of {name}, or {name} here"
    return Fault(places.key(at), dotted(at), what, todo=todo)


def _alike(name: str, other: Lookup, main: tuple[str, Lookup], places: Places) -> Iterator[Fault]:
    """The stand-in has no chain of its own, the same keys, and every column."""
    stands = f"it stands in for the lookup {main[0]}"
    path: KeyPath = ("ingest", "lookups", name)
    if other.fallback:
        at = (*path, "fallback")
        what = f"{stands}, whose chain goes on"
        todo = f"leave the fallback out; the chain of {main[0]} says what comes next"
        yield Fault(places.key(at), dotted(at), what, todo=todo)
    wanted, offered = set(main[1].join_columns), set(other.join_columns)
    if wanted != offered:
        at = (*path, "join")
        what, seen = f"{stands} and is joined by other columns", ", ".join(sorted(offered))
        yield Fault(places.value(at), dotted(at), what, seen, ", ".join(sorted(wanted)))
    added = set(other.added_columns.values())
    lacking = [column for column in main[1].added_columns.values() if column not in added]
    if lacking:
        at, what = (*path, "columns"), f"{stands} and does not add {listed(lacking)}"
        allowed = ", ".join(main[1].added_columns.values())
        todo = "add them, or rename its own: columns: {its name: added name}"
        yield Fault(places.value(at), dotted(at), what, ", ".join(sorted(added)), allowed, todo)


def _leads_to(link: Link, name: str) -> bool:
    return isinstance(link, LookupLink) and link.lookup == name


def _columns(lookup: Lookup, link: Constants, path: KeyPath, places: Places) -> Iterator[Fault]:
    added = list(lookup.added_columns.values())
    unknown = [column for column in link.constants if column not in added]
    for column in unknown:
        at = (*path, column)
        todo = did_you_mean(column, [name for name in added if name not in link.constants])
        what, allowed = "not a column that the lookup adds", listed(added)
        yield Fault(places.key(at), dotted(at), what, shown(column), allowed, todo)
    lacking = [column for column in added if column not in link.constants]
    if lacking and not unknown:
        what = f"no constant for {listed(lacking)}"
        todo = "add one for each column that the lookup adds; null is one too"
        yield Fault(places.key(path), dotted(path), what, todo=todo)


def _values(
    config: PipelineConfig, link: Constants, path: KeyPath, places: Places
) -> Iterator[Fault]:
    contracts = config.validate_.columns
    for column, value in link.constants.items():
        wrong = misfit(contracts[column], value) if column in contracts else None
        if wrong is not None:
            at = (*path, column)
            what = f"a constant that the contract refuses: {wrong}"
            todo = f"choose another, or change validate.columns.{column}"
            seen = "null" if value is None else shown(value)
            yield Fault(places.value(at), dotted(at), what, seen, todo=todo)
