"""What people ask the ledger: which runs there were, and what happened in one."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, select

from seawall.contracts import Account, Example, Finding
from seawall.errors import UsageError
from seawall.ledger import tables
from seawall.ledger.alive import is_gone
from seawall.ledger.open import Ledger
from seawall.ledger.rows import (
    ChunkRow,
    LookupRow,
    NoteRow,
    ReasonRow,
    RehearsalRow,
    RunDetail,
    RunRow,
)
from seawall.ledger.seen import stage_rows

__all__ = ["durations", "row_counts", "run", "runs"]

_NEAR = 200
_ACCOUNT = ("read", "published", "quarantined", "filtered")


def runs(
    ledger: Ledger, *, pipeline: str | None = None, batch: str | None = None, limit: int = 20
) -> list[RunRow]:
    """The newest runs first, of one pipeline or batch if given."""
    query = select(tables.runs).order_by(tables.runs.c.started_at.desc()).limit(limit)
    if pipeline is not None:
        query = query.where(tables.runs.c.pipeline == pipeline)
    if batch is not None:
        query = query.where(tables.runs.c.batch == batch)
    with ledger.reading() as connection:
        return [_run_row(row) for row in connection.execute(query).mappings()]


def run(ledger: Ledger, prefix: str) -> RunDetail:
    """The run whose id begins with `prefix`, or the newest for `last`; UsageError when none or several do."""
    with ledger.reading() as connection:
        run_id = _newest(connection) if prefix == "last" else _only(connection, prefix)
        return _detail(connection, run_id)


def row_counts(ledger: Ledger, pipeline: str, limit: int = 7) -> list[int]:
    """Rows that stayed after the filters in the newest published runs, the newest first."""
    columns = tables.runs.c
    query = (
        select(columns.read - columns.filtered)
        .where(columns.pipeline == pipeline, columns.state == "published")
        .order_by(columns.started_at.desc())
        .limit(limit)
    )
    with ledger.reading() as connection:
        return list(connection.execute(query).scalars())


def durations(ledger: Ledger, pipeline: str, limit: int = 7) -> list[float]:
    """The seconds that the newest published runs took from their first chunk to their last, the newest first.

    Replays are none, and neither is what went on with an interrupted run.
    """
    columns = tables.runs.c
    whole = (columns.replays == "", columns.resumed_chunks == 0, columns.seconds.is_not(None))
    query = (
        select(columns.seconds)
        .where(columns.pipeline == pipeline, columns.state == "published", *whole)
        .order_by(columns.started_at.desc())
        .limit(limit)
    )
    with ledger.reading() as connection:
        return list(connection.execute(query).scalars())


def _newest(connection: Connection) -> str:
    query = select(tables.runs.c.run_id).order_by(tables.runs.c.started_at.desc()).limit(1)
    newest: str | None = connection.execute(query).scalar()
    if newest is None:
        raise UsageError("there is no run yet", todo="seawall run CONFIG --batch KEY")
    return newest


def _only(connection: Connection, prefix: str) -> str:
    if not prefix.strip():
        raise UsageError("an empty name of a run", "RUN", repr(prefix), "an id, or `last`")
    column = tables.runs.c.run_id
    query = select(column).where(column.startswith(prefix, autoescape=True)).limit(_NEAR)
    matches = list(connection.execute(query).scalars())
    if prefix in matches or len(matches) == 1:
        return prefix if prefix in matches else matches[0]
    if matches:
        what, seen = f"{len(matches)} runs begin with {prefix}", _some(matches)
        todo = f"write one of them whole: {matches[0]}; seawall runs lists them"
        raise UsageError(what, "RUN", seen, "the beginning of one id alone", todo)
    raise UsageError(f"no run begins with {prefix}", todo=_near(connection, prefix))


def _near(connection: Connection, prefix: str) -> str:
    query = select(tables.runs.c.run_id).order_by(tables.runs.c.started_at.desc()).limit(_NEAR)
    known = list(connection.execute(query).scalars())
    near = difflib.get_close_matches(prefix, known, n=3, cutoff=0.4)
    return (
        f"did you mean {_some(near)}?" if near else "seawall runs lists them; `last` is the newest"
    )


def _some(run_ids: Sequence[str]) -> str:
    return ", ".join(run_ids[:5]) + (", …" if len(run_ids) > 5 else "")  # noqa: PLR2004 five fit a line


def _detail(connection: Connection, run_id: str) -> RunDetail:
    described = _rows(connection, tables.columns, run_id)
    return RunDetail(
        run=_run_row(_rows(connection, tables.runs, run_id)[0]),
        chunks=tuple(_chunk_row(row) for row in _rows(connection, tables.chunks, run_id)),
        stages=stage_rows(_rows(connection, tables.stages, run_id)),
        lookups=tuple(_lookup_row(row) for row in _rows(connection, tables.lookups, run_id)),
        rehearsals=tuple(
            RehearsalRow(**_own(row)) for row in _rows(connection, tables.rehearsals, run_id)
        ),
        reasons=tuple(_reason_row(row) for row in _rows(connection, tables.reasons, run_id)),
        findings=tuple(_finding(row) for row in _rows(connection, tables.findings, run_id)),
        notes=tuple(_note(row) for row in _rows(connection, tables.notes, run_id)),
        columns={r["column"]: r["profile"] for r in described if not r["degraded"]},
        degraded_columns={r["column"]: r["profile"] for r in described if r["degraded"]},
    )


def _rows(connection: Connection, table: Table, run_id: str) -> Sequence[RowMapping]:
    query = select(table).where(table.c.run_id == run_id).order_by(*table.primary_key.columns)
    return connection.execute(query).mappings().all()


def _own(row: RowMapping) -> dict[str, Any]:
    return {str(name): value for name, value in row.items() if name != "run_id"}


def _with_account(row: dict[str, Any]) -> dict[str, Any]:
    account = Account(**{name: row.pop(name) for name in _ACCOUNT})
    return row | {"account": account}


def _run_row(row: RowMapping) -> RunRow:
    found = RunRow(**_with_account({str(name): value for name, value in row.items()}))
    if found.state == "running" and is_gone(found.pid, found.host, found.started_at):
        return replace(found, state="killed")
    return found


def _chunk_row(row: RowMapping) -> ChunkRow:
    return ChunkRow(**_with_account(_own(row)))


def _reason_row(row: RowMapping) -> ReasonRow:
    values = _own(row)
    return ReasonRow(**values | {"examples": tuple(Example(**one) for one in values["examples"])})


def _lookup_row(row: RowMapping) -> LookupRow:
    values = _own(row)
    return LookupRow(**values | {"served_by": tuple(values["served_by"])})


def _finding(row: RowMapping) -> Finding:
    values = _own(row)
    values.pop("position")
    return Finding(**values)


def _note(row: RowMapping) -> NoteRow:
    return NoteRow(row["at"], row["event"], row["fields"])
