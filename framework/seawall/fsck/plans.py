"""Plans: what an interrupted run goes on from, a person may release, or a replay needs, is whole."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from seawall.contracts import LogEntry, StoredFile
from seawall.disk import Disk
from seawall.fsck.problem import Problem, fault, note
from seawall.sinks.files.layout import Layout
from seawall.sinks.files.rollback import added_to
from seawall.staging import OUTCOMES, Workspace

__all__ = ["examine_plans", "open_plans"]

_AGAIN = "run the batch again: what is damaged is computed anew"


def examine_plans(
    disk: Disk, layout: Layout, batch: str, entries: Sequence[LogEntry]
) -> list[Problem]:
    """What is wrong with the batch's plans. Nobody may be at work on it."""
    found: list[Problem] = []
    needed = _replayable(entries)
    for name in disk.list(layout.plans(batch)):
        space = Workspace(layout.plans(batch) / name, "", disk)
        found += _examine(space, replayed=needed is not None and space.last_run() == needed)
    return found


def open_plans(disk: Disk, layout: Layout, batch: str) -> Iterator[Workspace]:
    """The batch's plans that were held and may still be released, oldest first."""
    for name in disk.list(layout.plans(batch)):
        space = Workspace(layout.plans(batch) / name, "", disk)
        if space.has_plan() and space.outcome() == "held":
            yield space


def _examine(space: Workspace, *, replayed: bool) -> Iterator[Problem]:
    folder, batch = space.folder, space.batch
    if not space.disk.exists(folder / "plan.json"):
        todo = "nothing: the next run of the batch removes it"
        yield note("plans", batch, "a plan that was never written down", folder, todo=todo)
        return
    if not space.has_plan():
        yield _torn(space, folder / "plan.json")
        return
    outcome = space.outcome()
    if space.disk.exists(folder / "outcome.json") and outcome not in OUTCOMES:
        yield _torn(space, folder / "outcome.json")
    if outcome is None or outcome == "held" or replayed:
        yield from _parts(space)
        yield from _pinned(space)


def _parts(space: Workspace) -> Iterator[Problem]:
    """Each receipt can be read, and the files that it names are as they were written."""
    receipts = space.receipts()
    for name in space.disk.list(space.folder / "receipts"):
        chunk = name.removesuffix(".json")
        if name.startswith(".") or name == chunk:
            continue
        path = space.folder / "receipts" / name
        stored = _stored(receipts.get(chunk, {}), "part", "quarantine")
        if chunk not in receipts or stored is None:
            yield _torn(space, path)
            continue
        for file in stored:
            if not space.verify(file):
                yield _damaged(space, f"what chunk {chunk} has stored", file)


def _pinned(space: Workspace) -> Iterator[Problem]:
    """The lookups that were read once for all chunks are as they were written."""
    if space.outcome() is not None:
        return  # a release and a replay read none
    for lookup in _sequence(space.plan().get("lookups")):
        stored = _stored(lookup, "file") if isinstance(lookup, Mapping) else None
        for file in stored or ():
            if not space.verify(file):
                yield _damaged(space, f"the pinned lookup {lookup.get('name')}", file)


def _stored(document: Mapping[str, Any], *names: str) -> list[StoredFile] | None:
    """The files that the document names; None if it is none of ours. The first name has to be there."""
    try:
        return [
            _adapter().validate_python(document[n])
            for n in names
            if document.get(n) or n == names[0]
        ]
    except (ValidationError, KeyError):
        return None


@cache
def _adapter() -> TypeAdapter[StoredFile]:
    return TypeAdapter(StoredFile)


def _sequence(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _torn(space: Workspace, path: Path) -> Problem:
    try:
        seen = f"{space.disk.size(path):,} bytes, {_kind(space.disk, path)}"
    except FileNotFoundError:
        seen = "missing"
    what = "a record of a plan is torn or was changed"
    return fault(
        "plans", space.batch, what, path, seen=seen, allowed="as it was written", todo=_AGAIN
    )


def _kind(disk: Disk, path: Path) -> str:
    try:
        json.loads(disk.read(path))
    except (ValueError, RecursionError):
        return "no JSON"
    return "not what a run writes"


def _damaged(space: Workspace, what: str, file: StoredFile) -> Problem:
    path = space.folder / file.path
    return fault(
        "plans",
        space.batch,
        f"{what} is missing or damaged",
        path,
        seen=f"{space.disk.size(path):,} bytes, of another content"
        if space.disk.exists(path)
        else "missing",
        allowed=f"{file.bytes:,} bytes with sha256 {file.sha256}",
        todo=_AGAIN,
    )


def _replayable(entries: Sequence[LogEntry]) -> str | None:
    """The run whose rows in quarantine a replay could take."""
    try:
        live = added_to(entries)[0] if entries else None
    except KeyError:  # the log has a gap, which is said elsewhere
        return None
    return live.run_id if live is not None and live.account.quarantined else None
