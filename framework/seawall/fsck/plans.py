"""Plans: what an interrupted run goes on from, a person may release, or a replay needs, is whole."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from seawall.contracts import LogEntry
from seawall.disk import Disk
from seawall.fsck.problem import Problem, fault, note
from seawall.fsck.refused import damaged, examine_refused, is_open, record, stored
from seawall.sinks.files.layout import Layout, is_plan
from seawall.sinks.files.rollback import added_to
from seawall.sinks.files.waste import is_unbegun
from seawall.staging import OUTCOMES, Workspace

__all__ = ["examine_plans"]

_AGAIN = "run the batch again: what is damaged is computed anew"
_PLAN, _ATTEMPT, _OUTCOME, _SHAPES = "plan.json", "attempt.json", "outcome.json", "shapes.json"


def examine_plans(
    disk: Disk, layout: Layout, batch: str, entries: Sequence[LogEntry]
) -> list[Problem]:
    """What is wrong with the batch's plans. Nobody may be at work on it.

    Only what somebody may still use is a fault: the newest plan, the one that a replay reads, and those
    that a run could go on from.
    """
    found: list[Problem] = []
    names = disk.list(layout.plans(batch))
    folders = [layout.plans(batch) / name for name in names if is_plan(name)]
    foreign = [layout.plans(batch) / name for name in names if not is_plan(name)]
    what = "not the name of a plan"
    found += [note("plans", batch, what, path, todo="move it away") for path in foreign]
    needed = _replayable(entries)
    for folder in folders:
        space = Workspace(folder, "", disk)
        if is_unbegun(disk, folder):
            todo = "nothing: the next run of the batch removes it"
            found.append(
                note("plans", batch, "a plan that was never written down", folder, todo=todo)
            )
            continue
        newest = folder == folders[-1]
        replayed = needed is not None and space.last_run() == needed
        found += _records(space, used=newest or replayed)
        if replayed or _is_used(space, entries, newest=newest):
            found += _files(space)
    return found


def _is_used(space: Workspace, entries: Sequence[LogEntry], *, newest: bool) -> bool:
    """Whether a run may go on from the plan, or a person release it."""
    if not space.has_plan():
        return False
    return space.outcome() is None or (newest and is_open(space, entries))


def _records(space: Workspace, *, used: bool) -> Iterator[Problem]:
    """The plan, who worked on it last and how it ended can be read."""
    outcome = space.outcome()
    if not space.has_plan():
        yield _torn(space, space.folder / _PLAN, used=used)
    if space.last_run() is None:
        yield _torn(space, space.folder / _ATTEMPT, used=used)
    if outcome not in (*OUTCOMES, None) or (
        outcome is None and space.disk.exists(space.folder / _OUTCOME)
    ):
        yield _torn(space, space.folder / _OUTCOME, used=used)


def _files(space: Workspace) -> Iterator[Problem]:
    """The plan's files are as they were written, as far as anything tells how that was."""
    held = space.outcome() == "held"
    if held:
        yield from examine_refused(space)
    if not held or record(space) is None:
        yield from _parts(space)
    yield from _pinned(space)
    shapes = space.folder / _SHAPES
    if space.disk.exists(shapes) and _kind(space.disk, shapes).endswith("no JSON"):
        yield _torn(space, shapes, used=True)


def _parts(space: Workspace) -> Iterator[Problem]:
    """Each receipt can be read, and the files that it names are as they were written."""
    receipts = space.receipts()
    for name in space.disk.list(space.folder / "receipts"):
        chunk = name.removesuffix(".json")
        if name.startswith(".") or name == chunk:
            continue
        files = stored(receipts.get(chunk, {}), "part", "quarantine")
        if chunk not in receipts or files is None:
            yield _torn(space, space.folder / "receipts" / name, used=True)
            continue
        for file in files:
            if not space.verify(file):
                yield damaged(space, f"what chunk {chunk} has stored", file)


def _pinned(space: Workspace) -> Iterator[Problem]:
    """The lookups that were read once for all chunks are as they were written; a replay reads none."""
    if space.outcome() not in {None, "held"}:
        return
    for lookup in _sequence(space.plan().get("lookups")):
        files = stored(lookup, "file") if isinstance(lookup, Mapping) else None
        for file in files or ():
            if not space.verify(file):
                yield damaged(space, f"the pinned lookup {lookup.get('name')}", file)


def _sequence(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _torn(space: Workspace, path: Path, *, used: bool) -> Problem:
    """A record that is not as it was written: a fault of a plan that somebody may use."""
    what = "a record of a plan is torn, missing or was changed"
    seen = _kind(space.disk, path)
    if used:
        allowed = "as it was written"
        return fault("plans", space.batch, what, path, seen=seen, allowed=allowed, todo=_AGAIN)
    todo = "nothing: a newer plan is there, and this one goes when it is old enough"
    return note("plans", space.batch, what, path, seen=seen, todo=todo)


def _kind(disk: Disk, path: Path) -> str:
    try:
        payload = disk.read(path)
    except FileNotFoundError:
        return "missing"
    try:
        json.loads(payload)
    except (ValueError, RecursionError):
        return f"{len(payload):,} bytes, no JSON"
    return f"{len(payload):,} bytes, not what a run writes"


def _replayable(entries: Sequence[LogEntry]) -> str | None:
    """The run whose rows in quarantine a replay could take."""
    try:
        live = added_to(entries)[0] if entries else None
    except KeyError:  # the log has a gap, which is said elsewhere
        return None
    return live.run_id if live is not None and live.account.quarantined else None
