"""The runs that a sink's log and plans still tell of, as the events that they once told."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from seawall.contracts import Account, Finding, LogEntry
from seawall.errors import Exit
from seawall.events import ChunkFinished, Event, LookupRead, PlanReady, RunEnded, RunStarted
from seawall.fsck.entries import readable
from seawall.lookups.serving import PinnedLookup
from seawall.sinks.files import FilesSink
from seawall.staging import REPLAYED, Workspace

__all__ = ["Origin", "past"]

_UNKNOWN = "not recorded"
_HELD = "held; what a lost ledger was told of it beyond its rows and findings is lost"


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose runs they are: the pipeline's name, and its file's path from the project's root on."""

    pipeline: str
    config_path: str


@dataclass(frozen=True, slots=True)
class _Judged:
    """What the gate refused: on which version, of how many rows, and why."""

    run_id: str
    base: int = 0
    account: Account = field(default_factory=Account)
    findings: tuple[Finding, ...] = ()


def past(sink: FilesSink, origin: Origin) -> Iterator[list[Event]]:
    """The events of each run that published, and of each that is held; entries that are torn tell nothing.

    A rollback is no run. Of a run whose plan is gone only its beginning and end are known.
    """
    for batch in sink.batches():
        entries = readable(sink.disk, sink.layout, batch)[0]
        spaces = _spaces(sink, batch)
        for entry in entries:
            if entry.kind != "rollback":
                end = _end(entry, origin, str(sink.layout.view(entry)))
                space = spaces.get(entry.run_id)
                replays = _run_of(entry.added_to, entries)
                yield _story(end, space, replays=replays, origin=origin)
        published = {entry.run_id for entry in entries}
        for run_id, space in spaces.items():
            if space.outcome() == "held" and run_id not in published:
                replays = _run_of(_stood_on(space), entries)
                yield _story(_held(space, run_id, origin), space, replays=replays, origin=origin)


def _spaces(sink: FilesSink, batch: str) -> dict[str, Workspace]:
    """The batch's plans by the run that worked on each last."""
    folder = sink.layout.plans(batch)
    spaces = [Workspace(folder / name, "", sink.disk) for name in sink.disk.list(folder)]
    return {run: space for space in spaces if space.has_plan() and (run := space.last_run())}


def _story(end: RunEnded, space: Workspace | None, *, replays: str, origin: Origin) -> list[Event]:
    begun = end.at if space is None else _time(space, "attempt.json", end.at)
    start = RunStarted(
        run_id=end.run_id,
        at=begun,
        pipeline=origin.pipeline,
        batch=end.batch,
        config_path=origin.config_path,
        host=_UNKNOWN,
        pid=0,
        replays=replays,
    )
    between = [] if space is None else [*_planned(end, space), *_looked_up(end, space)]
    took = max(0.0, (end.at - begun).total_seconds())
    return [start, *between, replace(end, seconds=took)]


def _end(entry: LogEntry, origin: Origin, path: str) -> RunEnded:
    return RunEnded(
        run_id=entry.run_id,
        at=entry.committed_at,
        pipeline=origin.pipeline,
        batch=entry.batch,
        state="released" if entry.kind == "release" else "published",
        exit=int(Exit.OK),
        version=entry.version,
        path=path,
        account=entry.account,
        findings=entry.findings,
        message="",
        seconds=0.0,
        degraded_rows=entry.degraded_rows,
        degradations=entry.degradations,
    )


def _held(space: Workspace, run_id: str, origin: Origin) -> RunEnded:
    begun = datetime.fromtimestamp(0).astimezone()
    judged = _judged(space, run_id)
    return RunEnded(
        run_id=run_id,
        at=_time(space, "outcome.json", _time(space, "attempt.json", begun)),
        pipeline=origin.pipeline,
        batch=space.batch,
        state="held",
        exit=int(Exit.REFUSED),
        version=judged.base,
        path="",
        account=replace(judged.account, published=0),
        findings=judged.findings,
        message=_HELD,
        seconds=0.0,
    )


def _judged(space: Workspace, run_id: str) -> _Judged:
    """What the run kept of it; nothing where that is damaged or of another version of seawall."""
    for payload in space.held():
        with suppress(ValidationError):
            found = _adapter().validate_json(payload)
            if found.run_id == run_id:
                return found
    return _Judged(run_id)


@cache
def _adapter() -> TypeAdapter[_Judged]:
    return TypeAdapter(_Judged)


def _planned(end: RunEnded, space: Workspace) -> Iterator[Event]:
    """The plan and its finished chunks."""
    chunks = [chunk for chunk in _list(space, "chunks") if isinstance(chunk, Mapping)]
    yield PlanReady(
        run_id=end.run_id,
        at=end.at,
        plan_id=space.plan_id,
        chunks=len(chunks),
        reused=0,
        rows=sum(int(chunk.get("rows", 0)) for chunk in chunks),
        executor=_UNKNOWN,
        workers=0,
        inner_threads=0,
    )
    for chunk, receipt in space.receipts().items():
        try:
            yield ChunkFinished(
                run_id=end.run_id,
                at=end.at,
                chunk=chunk,
                account=Account(**receipt["account"]),
                filtered=dict(receipt["filtered"]),
                quarantined=dict(receipt["quarantined"]),
                seconds=float(receipt["seconds"]),
                reused=False,
            )
        except (KeyError, TypeError, ValueError):
            continue  # of another version of seawall


def _looked_up(end: RunEnded, space: Workspace) -> Iterator[Event]:
    try:
        pinned = TypeAdapter(tuple[PinnedLookup, ...]).validate_python(_list(space, "lookups"))
    except ValidationError:
        return
    for lookup in pinned:
        links = lookup.serving.links
        yield LookupRead(
            run_id=end.run_id,
            at=end.at,
            lookup=lookup.name,
            rows=lookup.file.rows,
            sha256=lookup.file.sha256,
            seconds=0.0,
            reused=False,
            served_by=links if lookup.content else links[1:],
            as_of=lookup.as_of,
        )


def _stood_on(space: Workspace) -> int | None:
    """The version whose rows in quarantine a held replay ran again; None of any other plan."""
    details = space.plan().get("details")
    found = details.get(REPLAYED, "") if isinstance(details, Mapping) else ""
    return int(found) if str(found).isdecimal() else None


def _run_of(version: int | None, entries: Sequence[LogEntry]) -> str:
    """The run that made the version; '' of none."""
    return next((entry.run_id for entry in entries if entry.version == version), "")


def _list(space: Workspace, name: str) -> list[Any]:
    found = space.plan().get(name)
    return found if isinstance(found, list) else []


def _time(space: Workspace, name: str, otherwise: datetime) -> datetime:
    try:
        found = datetime.fromisoformat(json.loads(space.disk.read(space.folder / name))["at"])
    except (FileNotFoundError, ValueError, KeyError, TypeError, RecursionError):
        return otherwise
    return found if found.tzinfo is not None else otherwise
