"""What each link of a chain answers, or the error that says why it does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from seawall.config.lookups import Expect, LastKnownGood, Link, Lookup, LookupLink
from seawall.disk import Disk
from seawall.errors import DataError, SeawallError, StorageError, UnavailableError
from seawall.lookups.answers import Answer, Wanted, answered, coverage
from seawall.lookups.asked import Asked
from seawall.lookups.constants import constant_answer
from seawall.lookups.expect import Clock, held_to, holes, newest
from seawall.lookups.last_known_good import current, rows_of, young_enough
from seawall.lookups.measures import exact, percent
from seawall.shown import listed, shown

__all__ = ["Handed", "UnreadError", "Upstreams", "link_answer", "link_name", "upstream_answer"]


class UnreadError(Exception):
    """An upstream has no usable answer: the error that is, after so many attempts and seconds."""

    def __init__(self, error: SeawallError, attempts: int, seconds: float = 0.0) -> None:
        super().__init__(error, attempts, seconds)
        self.error, self.attempts, self.seconds = error, attempts, seconds


@dataclass(frozen=True, slots=True)
class Handed:
    """What an upstream handed over; `as_of` is when its carrier says that the rows are from."""

    table: pa.Table
    as_of: datetime | None = None
    attempts: int = 1
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Upstreams:
    """How the links of this plan's chains are reached.

    `read` raises UnreadError; `answered` is told of a lookup that was there and made sense;
    `snapshots` has the folder of a lookup's snapshots; `earlier` the contents that a lookup had in so
    many other batches published last, the newest first.
    """

    lookups: Mapping[str, Lookup]
    read: Callable[[str, Lookup], Handed]
    answered: Callable[[str, Lookup], None]
    snapshots: Callable[[str], Path]
    earlier: Callable[[str, int], Sequence[str]]
    clock: Clock
    disk: Disk


def link_name(link: Link) -> str:
    """The link's name on rows and in reports: the replica's, last_known_good or constants."""
    return link.lookup if isinstance(link, LookupLink) else next(iter(type(link).model_fields))


def upstream_answer(wanted: Wanted, upstreams: Upstreams) -> Answer:
    """What the lookup's own upstream has now, held to what the file expects of it.

    Raises UnreadError, also for a table that cannot be joined, has too few rows or is stale. Columns
    with too many nulls are the answer's holes.
    """
    handed = upstreams.read(wanted.name, wanted.lookup)
    try:
        answer = answered(wanted, handed.table)
        upstreams.answered(wanted.name, wanted.lookup)
        answer = _held_to(wanted.lookup.expect, answer, handed, upstreams.clock)
    except SeawallError as error:
        raise UnreadError(error, handed.attempts, handed.seconds) from error
    return replace(answer, attempts=handed.attempts, seconds=handed.seconds)


def _held_to(expect: Expect, answer: Answer, handed: Handed, clock: Clock) -> Answer:
    """The answer with its times and its holes."""
    dated = None
    if expect.as_of_column is not None:
        dated = newest(handed.table.column(expect.as_of_column), clock.zone)
    elif expect.as_of_header is not None:
        dated = handed.as_of
    held_to(expect, answer.table, dated=dated, carried=handed.as_of, clock=clock)
    if expect.max_staleness is not None:  # what must not be stale isn't younger in a snapshot
        dated = dated or handed.as_of
    as_of, found = dated or handed.as_of, holes(expect, answer.table)
    return replace(answer, dated=dated, as_of=as_of, holes=found)


def link_answer(wanted: Wanted, link: Link, upstreams: Upstreams, asked: Asked) -> Answer:
    """What the link has for the lookup that it stands in for, by that one's names."""
    if isinstance(link, LookupLink):
        return _replica(wanted, link.lookup, upstreams, asked)
    if isinstance(link, LastKnownGood):
        return _last_known_good(wanted, link, upstreams, asked)
    return constant_answer(wanted, link.constants)


def _replica(wanted: Wanted, name: str, upstreams: Upstreams, asked: Asked) -> Answer:
    stand_in = replace(wanted, name=name, lookup=upstreams.lookups[name])
    answer, ours = upstream_answer(stand_in, upstreams), wanted.lookup
    _covers(answer, asked, stand_in.lookup.expect.min_key_coverage)
    theirs = stand_in.lookup.join_columns
    names = {theirs[column]: own for column, own in ours.join_columns.items()}
    added = {new: column for column, new in stand_in.lookup.added_columns.items()}
    names |= {added[new]: own for own, new in ours.added_columns.items()}
    columns = {own: answer.table.column(column) for column, own in names.items()}
    missing = [column for column in wanted.columns if column not in columns]
    if missing:  # one of its columns stands for two of ours
        raise DataError(f"it has no column of its own for {shown(missing[0])}")
    found = {names[column]: seen for column, seen in answer.holes.items() if column in names}
    return replace(answer, table=pa.table(columns), holes=found)


def _last_known_good(
    wanted: Wanted, link: LastKnownGood, upstreams: Upstreams, asked: Asked
) -> Answer:
    terms, folder = link.last_known_good, upstreams.snapshots(wanted.name)
    try:
        snapshot = current(upstreams.disk, folder)
        if snapshot is None:
            raise UnavailableError("no run that read it was published yet")
        young_enough(snapshot, as_of=upstreams.clock.as_of, max_age=terms.max_age)
        table = rows_of(upstreams.disk, folder, snapshot)
    except StorageError as error:  # a disk that fails here is the link's failure, not the run's
        raise UnavailableError("the snapshot cannot be read", error.where, error.seen) from error
    missing = [column for column in wanted.columns if column not in table.column_names]
    if missing:
        there = listed(table.column_names)
        raise DataError(
            f"the snapshot has no column {shown(missing[0])}", seen=f"the columns {there}"
        )
    answer = answered(wanted, table)
    _covers(answer, asked, terms.min_key_coverage)
    return replace(answer, dated=snapshot.as_of, as_of=snapshot.as_of)


def _covers(answer: Answer, asked: Asked, least: float | None) -> None:
    """The link's rows have enough of the keys that the batch asks for, or UnavailableError."""
    if least is None:
        return
    covered = coverage(answer.has(asked.keys))
    if covered < exact(least):
        raise UnavailableError(
            "too few of the keys asked for",
            seen=percent(float(covered)),
            allowed=f"at least {percent(least)}",
        )
