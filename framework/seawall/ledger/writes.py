"""What each event writes: pure functions from an event to rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache, singledispatch
from typing import Any

from sqlalchemy import Executable, Insert, Table, bindparam, insert, update

from seawall import events
from seawall.ledger import tables
from seawall.ledger.plain import plain

__all__ = ["Write", "for_dialect", "stage_writes", "writes"]


def _put(table: Table) -> Insert:
    # A write whose outcome was unknown may be tried again.
    return insert(table).prefix_with("OR REPLACE", dialect="sqlite")


def for_dialect(statement: Executable, dialect: str) -> Executable:
    """The statement; on PostgreSQL a row that is there already is written over, as SQLite does."""
    if dialect != "postgresql" or not isinstance(statement, Insert):
        return statement
    return _upserts(statement.table)


@cache
def _upserts(table: Any) -> Executable:
    from sqlalchemy.dialects.postgresql import insert as upsert

    key = [column.name for column in table.primary_key]
    statement = upsert(table)
    values = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in key}
    if table is tables.notes:  # numbered by the database
        return statement
    return statement.on_conflict_do_update(index_elements=key, set_=values)


_RUN = _put(tables.runs)
_CHUNK = _put(tables.chunks)
_STAGE = _put(tables.stages)
_LOOKUP = _put(tables.lookups)
_FINDING = _put(tables.findings)
_COLUMN = _put(tables.columns)
_REHEARSAL = _put(tables.rehearsals)
_REASON = _put(tables.reasons)
_NOTE = insert(tables.notes)


@dataclass(frozen=True, slots=True)
class Write:
    """One statement with its values; equal statements that follow each other are run as one."""

    statement: Executable
    values: Mapping[str, Any]


@singledispatch
def writes(event: events.Event) -> list[Write]:
    """The rows that the event becomes; an event without a table of its own becomes a note."""
    fields = plain(event.values())
    return [
        Write(
            _NOTE, {"run_id": event.run_id, "at": event.at, "event": event.name, "fields": fields}
        )
    ]


def stage_writes(done: list[events.StageFinished]) -> list[Write]:
    """One row a stage of a chunk, numbered in the order in which the stages ended."""
    return [Write(_STAGE, _stage(position, event)) for position, event in enumerate(done)]


def _stage(position: int, event: events.StageFinished) -> dict[str, Any]:
    return {
        "run_id": event.run_id,
        "chunk": event.chunk,
        "position": position,
        "stage": event.stage,
        "rows_in": int(event.rows_in),
        "rows_out": int(event.rows_out),
        "seconds": float(event.seconds),
        "seen": plain(event.seen),
    }


@writes.register
def _(event: events.RunStarted) -> list[Write]:
    own = {"run_id": event.run_id, "state": "running", "started_at": event.at}
    return [Write(_RUN, own | event.values())]


@writes.register
def _(event: events.PlanReady) -> list[Write]:
    return _run_update(
        event.run_id,
        {
            "plan_id": event.plan_id,
            "chunks": event.chunks,
            "resumed_chunks": event.reused,
            "rows_planned": event.rows,
            "executor": event.executor,
            "workers": event.workers,
            "inner_threads": event.inner_threads,
        },
    )


@writes.register
def _(event: events.LookupRead) -> list[Write]:
    values = {**event.values(), "served_by": list(event.served_by)}
    return [Write(_LOOKUP, {"run_id": event.run_id, **values})]


@writes.register
def _(event: events.ChunkFinished) -> list[Write]:
    values = {
        "run_id": event.run_id,
        "chunk": event.chunk,
        "state": "finished",
        **asdict(event.account),
        "seconds": float(event.seconds),
        "reused": event.reused,
        "filtered_by": plain(event.filtered),
        "quarantined_by": plain(event.quarantined),
        "message": "",
    }
    return [Write(_CHUNK, values)]


@writes.register
def _(event: events.ChunkFailed) -> list[Write]:
    message = f"{event.error}: {event.message}" if event.error else event.message
    values = {"run_id": event.run_id, "chunk": event.chunk, "state": "failed", "message": message}
    return [Write(_CHUNK, values)]


@writes.register
def _(event: events.RowsQuarantined) -> list[Write]:
    return [_reason("quarantined", event)]


@writes.register
def _(event: events.RowsWarned) -> list[Write]:
    return [_reason("warned", event)]


def _reason(went: str, event: events.RowsQuarantined | events.RowsWarned) -> Write:
    return Write(_REASON, {"run_id": event.run_id, "went": went, **plain(event.values())})


@writes.register
def _(event: events.RunProfiled) -> list[Write]:
    described = [
        *((column, profile, False) for column, profile in event.columns.items()),
        *((column, profile, True) for column, profile in event.degraded.items()),
    ]
    return [
        Write(
            _COLUMN,
            {
                "run_id": event.run_id,
                "position": position,
                "column": column,
                "profile": plain(profile),
                "degraded": degraded,
            },
        )
        for position, (column, profile, degraded) in enumerate(described)
    ]


@writes.register
def _(event: events.VersionPublished) -> list[Write]:
    published = {"version": event.version, "path": event.path, **asdict(event.account)}
    return _run_update(event.run_id, published | _degraded(event))


@writes.register
def _(event: events.RunEnded) -> list[Write]:
    released = event.state.endswith("released")
    ended = {
        "state": "released" if released else event.state,
        "exit": int(event.exit),
        "ended_at": event.at,
        "version": event.version,
        "path": event.path,
        **asdict(event.account),
        **_degraded(event),
        "message": event.message,
        "seconds": float(event.seconds),
    }
    if released:  # the run itself had ended before
        del ended["ended_at"], ended["seconds"]
    found = [
        Write(_FINDING, {"run_id": event.run_id, "position": position, **plain(asdict(finding))})
        for position, finding in enumerate(event.findings)
    ]
    return [*_run_update(event.run_id, ended), *found]


def _degraded(event: events.VersionPublished | events.RunEnded) -> dict[str, Any]:
    return {"degraded_rows": event.degraded_rows, "degradations": plain(event.degradations)}


def _run_update(run_id: str, values: Mapping[str, Any]) -> list[Write]:
    statement = update(tables.runs).where(tables.runs.c.run_id == bindparam("this_run"))
    return [Write(statement, {"this_run": run_id, **values})]


@writes.register
def _(event: events.LookupRehearsed) -> list[Write]:
    return [Write(_REHEARSAL, {"run_id": event.run_id, **event.values()})]
