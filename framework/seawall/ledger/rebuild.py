"""A ledger built anew from what runs have left elsewhere: rows are added, none is dropped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from seawall.events import Event, RunEnded
from seawall.ledger import tables
from seawall.ledger.open import Ledger, open_ledger, replace_corrupt, unreadable
from seawall.ledger.patience import patience
from seawall.ledger.writes import Write, for_dialect, writes

__all__ = ["LOST", "PUBLISHED", "Rebuilt", "add_past", "rebuild"]

LOST = "What only the ledger knew is lost: breakers, runs that failed, what stages saw"

PUBLISHED = frozenset({"published", "released"})
"""How runs ended that the log has an entry of."""

_PATIENCE_S = 5


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was done: `added` runs were unknown, `corrected` ones had another end than the log says.

    `told` says what became of the ledger that stood there, where it was set aside.
    """

    location: str
    added: int
    corrected: int
    told: tuple[str, ...] = ()


def rebuild(location: str, past: Iterable[Sequence[Event]]) -> Rebuilt:
    """The ledger knows every run of the past.

    A SQLite file that is corrupt, or of an older seawall, is set aside under another name and a new one
    begun; a sound ledger, and any database, keeps all that it has. Raises LedgerVersionError for a
    newer seawall's, StorageError where it cannot be opened.
    """
    told: list[str] = []
    ledger = open_ledger(location, warn=told.append)
    try:
        replace_corrupt(ledger, told.append)
        added, corrected = add_past(ledger, past)
    except SQLAlchemyError as error:
        raise unreadable(ledger.location, error) from error
    finally:
        ledger.close()
    return Rebuilt(ledger.location, added, corrected, tuple(told))


def add_past(ledger: Ledger, past: Iterable[Sequence[Event]]) -> tuple[int, int]:
    """How many runs were added, and how many corrected; each story begins and ends with its run.

    All of it is one transaction.
    """
    stories = [list(story) for story in past]
    return patience(_PATIENCE_S)(_add, ledger, stories)


def _add(ledger: Ledger, stories: Sequence[Sequence[Event]]) -> tuple[int, int]:
    with ledger.writing() as connection:
        known = _known(connection)
        missing = [story for story in stories if story[0].run_id not in known]
        others = [story for story in stories if _differs(story[-1], known)]
        for story in missing:
            _write(connection, [write for event in story for write in writes(event)])
        for story in others:
            _write(connection, writes(story[-1]))
    return len(missing), len(others)


def _known(connection: Connection) -> dict[str, str]:
    """The state of every run that the ledger has."""
    columns = tables.runs.c
    rows = connection.execute(select(columns.run_id, columns.state))
    return {row.run_id: row.state for row in rows}


def _differs(end: Event, known: dict[str, str]) -> bool:
    """Whether the run is in the ledger, and not as one that published."""
    published = isinstance(end, RunEnded) and end.state in PUBLISHED
    return published and known.get(end.run_id, "published") not in PUBLISHED


def _write(connection: Connection, found: Sequence[Write]) -> None:
    for write in found:
        statement = for_dialect(write.statement, connection.dialect.name)
        connection.execute(statement, dict(write.values))
