"""The log: every number from 1, every entry whole, and each says what can be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from seawall.contracts import LogEntry
from seawall.disk import Disk
from seawall.errors import StorageError
from seawall.fsck.problem import Problem, fault, note, of_error
from seawall.sinks.files import log
from seawall.sinks.files.layout import Layout
from seawall.sinks.files.lost import LOST, RESTORE, lost
from seawall.staging import Workspace

__all__ = ["examine_log", "readable"]

_RESTORE = "restore the file from a backup; nothing is published until then"


def readable(disk: Disk, layout: Layout, batch: str) -> tuple[list[LogEntry], list[Problem]]:
    """The batch's entries that can be read, oldest first, and a fault for each of the others."""
    entries, problems = [], []
    for version in log.numbers(disk, layout, batch):
        try:
            entries.append(log.read_entry(disk, layout, batch, version))
        except StorageError as error:
            problems.append(of_error("log", batch, error))
    return entries, problems


def examine_log(
    disk: Disk, layout: Layout, batch: str, entries: Sequence[LogEntry]
) -> list[Problem]:
    """What is wrong with the batch's log, beyond the entries that cannot be read."""
    problems = [
        *_gaps(disk, layout, batch),
        *_lost(disk, layout, batch, entries),
        *_foreign(disk, layout, batch),
    ]
    commits = Counter(entry.commit_id for entry in entries)
    by_version = {entry.version: entry for entry in entries}
    for entry in entries:
        wrongs = [*_own(entry), *_others(entry, by_version)]
        if commits[entry.commit_id] > 1:
            wrongs.append((f"commit {entry.commit_id} stands twice", "every commit once"))
        where = layout.log(batch) / f"{entry.version:08d}.json"
        for seen, allowed in wrongs:
            what = f"the entry of version {entry.version} says what cannot be"
            problems.append(
                fault("log", batch, what, where, seen=seen, allowed=allowed, todo=_RESTORE)
            )
    return problems


def _gaps(disk: Disk, layout: Layout, batch: str) -> Iterator[Problem]:
    versions = log.numbers(disk, layout, batch)
    for missing in sorted(set(range(1, max(versions, default=0))) - set(versions)):
        yield fault(
            "log",
            batch,
            "the log has a gap",
            layout.log(batch) / f"{missing:08d}.json",
            seen=f"{len(versions)} entries up to {versions[-1]}",
            allowed="every number from 1",
            todo=_RESTORE,
        )


def _lost(disk: Disk, layout: Layout, batch: str, entries: Sequence[LogEntry]) -> Iterator[Problem]:
    """Commits that the log lacks at its end, as files and plans tell of them."""
    newest = max(log.numbers(disk, layout, batch), default=0)
    seen = lost(disk, layout, batch, newest)
    runs = {entry.run_id for entry in entries}
    if not seen and len(entries) == newest:
        spaces = (
            Workspace(layout.plans(batch) / n, "", disk) for n in disk.list(layout.plans(batch))
        )
        ended = (space.last_run() for space in spaces if space.outcome() == "committed")
        missing = next((run for run in ended if run is not None and run not in runs), "")
        seen = (
            missing and f"the plan of run {missing} ended with a commit, of which there is no entry"
        )
    if seen:
        where, allowed = layout.log(batch), "an entry for every commit"
        yield fault("log", batch, LOST, where, seen=seen, allowed=allowed, todo=RESTORE)


def _foreign(disk: Disk, layout: Layout, batch: str) -> Iterator[Problem]:
    own = {f"{version:08d}.json" for version in log.numbers(disk, layout, batch)}
    for name in disk.list(layout.log(batch)):
        if name not in own:
            where = layout.log(batch) / name
            yield note("log", batch, "not the name of an entry", where, todo="remove it")


def _own(entry: LogEntry) -> Iterator[tuple[str, str]]:
    """What is seen and allowed, of each thing that the entry says wrongly of itself."""
    account = entry.account
    if entry.base != entry.version - 1:
        yield f"base {entry.base}", f"base {entry.version - 1}"
    if entry.file.path.split("/")[1] != entry.batch:
        yield f"file {entry.file.path}", f"a file of batch {entry.batch}"
    if not account.balanced or account.published != entry.file.rows:
        yield f"{account}; {entry.file.rows:,} rows in the file", "rows that add up"


def _others(entry: LogEntry, by_version: Mapping[int, LogEntry]) -> Iterator[tuple[str, str]]:
    """What does not fit the other entries: rollbacks and replays build on what an earlier one published."""
    if (entry.kind == "rollback") != (entry.to_version is not None):
        yield f"a {entry.kind} to version {entry.to_version}", "a version for a rollback alone"
    if entry.to_version is not None:
        wanted = _earlier(entry, entry.to_version, by_version)
        if wanted is None or wanted.file != entry.file:
            yield f"a rollback to version {entry.to_version}", "an earlier publish, with its file"
    if entry.kind == "replay" and entry.added_to is None:
        yield "a replay that is added to nothing", "an earlier publish that it is added to"
    if entry.added_to is not None and _earlier(entry, entry.added_to, by_version) is None:
        yield f"rows added to version {entry.added_to}", "an earlier publish"


def _earlier(entry: LogEntry, version: int, by_version: Mapping[int, LogEntry]) -> LogEntry | None:
    """The version as an earlier entry published it."""
    found = by_version.get(version)
    earlier = found is not None and found.version < entry.version and found.kind != "rollback"
    return found if earlier else None
