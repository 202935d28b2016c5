"""Everything that a pipeline has published, looked at: nothing is changed, nobody is kept waiting.

A run or a collection at work meanwhile is never called a fault: where something looks wrong, the batch is
looked at once more under its lock, or, when somebody has that, only what a run never touches counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from seawall.contracts import LogEntry
from seawall.errors import StorageError, TemporaryError
from seawall.fsck.entries import examine_log, readable
from seawall.fsck.files import examine_files, leftovers
from seawall.fsck.plans import examine_plans
from seawall.fsck.problem import Problem, note, of_error
from seawall.fsck.shared import examine_decisions, examine_snapshots
from seawall.fsck.view import examine_view, strangers
from seawall.sinks.files import FilesSink, Holder
from seawall.sinks.files.lock import hold, holder_of
from seawall.sinks.files.log import numbers

__all__ = ["batches", "examine", "examine_batch"]

_ATTEMPTS = 5
_BATCH = "batch="


def examine(sink: FilesSink, *, batch: str | None = None) -> list[Problem]:
    """What is wrong with what the sink holds, of one batch or of all; empty when nothing is."""
    found: list[Problem] = []
    for name in [batch] if batch is not None else batches(sink):
        found += examine_batch(sink, name)
    if batch is None:
        disk, layout = sink.disk, sink.layout
        found += strangers(disk, layout)
        found += examine_decisions(disk, layout)
        found += examine_snapshots(disk, layout)
    return found


def examine_batch(sink: FilesSink, batch: str) -> list[Problem]:
    """What is wrong with the batch."""
    lock = sink.layout.lock(batch)
    try:
        holder = holder_of(sink.disk, lock)
    except StorageError as error:  # nobody can say whether somebody works on it
        return [*_busy(sink, batch), _unlockable(batch, error)]
    if not holder:
        found = _idle(sink, batch)
        if not found:
            return []
        free = suppress(TemporaryError, StorageError)  # a disk that is read only has no locks
        with free, hold(sink.disk, lock, Holder.here("fsck")):
            return _idle(sink, batch)
        holder = holder_of(sink.disk, lock)
    if not holder:
        return found
    at_work = note("locks", batch, "somebody works on the batch", lock, seen=holder)
    return [*_busy(sink, batch), at_work]


def _unlockable(batch: str, error: StorageError) -> Problem:
    todo = error.todo or "mend what is in the way: no run can take the batch until then"
    return replace(of_error("locks", batch, error), todo=todo)


def batches(sink: FilesSink) -> list[str]:
    """Every batch that anything stands of, also where that is only what readers see."""
    shown = sink.disk.list(sink.layout.folder)
    named = {name.removeprefix(_BATCH) for name in shown if name.startswith(_BATCH)}
    return sorted({*sink.batches(), *named})


def _idle(sink: FilesSink, batch: str) -> list[Problem]:
    """What is wrong with a batch that nobody works on."""
    entries, found = _steady(sink, batch)
    disk, layout = sink.disk, sink.layout
    try:
        found += examine_plans(disk, layout, batch, entries)
        found += leftovers(disk, layout, batch)
    except StorageError as error:
        found.append(of_error("plans", batch, error))
    return found


def _busy(sink: FilesSink, batch: str) -> list[Problem]:
    """The faults of a batch that somebody works on: two looks agree, and none is of what is in motion."""
    first, second = _steady(sink, batch)[1], _steady(sink, batch)[1]
    return [problem for problem in first if problem in second and problem.severity == "fault"]


def _steady(sink: FilesSink, batch: str) -> tuple[list[LogEntry], list[Problem]]:
    """What is wrong with what is committed, while nobody committed anything."""
    for _ in range(_ATTEMPTS):
        entries, found = _look(sink, batch)
        if not found or _is_last(sink, batch, entries):
            break
    return entries, found


def _look(sink: FilesSink, batch: str) -> tuple[list[LogEntry], list[Problem]]:
    disk, layout = sink.disk, sink.layout
    try:
        entries, found = readable(disk, layout, batch)
        whole = not found
        found += examine_log(disk, layout, batch, entries)
        found += examine_files(disk, layout, entries, keep=sink.keep_versions)
        if whole:  # else nobody knows what readers should see
            found += examine_view(disk, layout, batch, entries)
    except StorageError as error:
        return [], [of_error("log", batch, error)]
    return entries, found


def _is_last(sink: FilesSink, batch: str, entries: Sequence[LogEntry]) -> bool:
    """Whether nobody committed after these entries."""
    newest = max((entry.version for entry in entries), default=0)
    return max(numbers(sink.disk, sink.layout, batch), default=0) <= newest
