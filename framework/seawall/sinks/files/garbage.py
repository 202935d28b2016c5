"""What may go: old files and plans that nobody can need, judged by the log's times, never by mtime."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from seawall.contracts import LogEntry
from seawall.disk import Disk, make_folders, remove_tree
from seawall.errors import StorageError
from seawall.failpoints import reach
from seawall.sinks.files import log
from seawall.sinks.files.layout import Layout
from seawall.sinks.files.rollback import added_to, content
from seawall.staging import Workspace

__all__ = ["PROFILES_KEPT", "collect", "collect_profiles", "sweep", "sweep_plans"]

_GRACE = timedelta(days=7)
PROFILES_KEPT = 120
"""A reference of ten batches and a past of sixty, with room for batches that a season leaves out."""
_NUMBERED = re.compile(r"(\d{8,})\..+")


def sweep(disk: Disk, layout: Layout, batch: str) -> None:
    """The batch's temporary names are gone. Hold its lock."""
    scratch = layout.scratch(batch)
    folders = (scratch, layout.data(batch), layout.profiles(batch))
    for path in (path for folder in folders for path in _within(disk, folder)):
        if path.parent == scratch or path.name.endswith(".tmp"):
            _remove(disk, layout, path)


def sweep_plans(disk: Disk, layout: Layout, batch: str) -> None:
    """Plans that were never written down are gone: nobody goes on from them, and a fetch may be large.

    Hold the batch's lock, and have no plan of your own yet.
    """
    for folder in _within(disk, layout.plans(batch)):
        if not disk.exists(folder / "plan.json"):
            _remove(disk, layout, folder)


def collect(disk: Disk, layout: Layout, batch: str, *, keep: int, now: datetime) -> list[Path]:
    """What was removed. Hold the batch's lock.

    The live file stays, and so do the `keep` newest versions, and whatever is not older than seven
    days: of a file by the commit that named it, of a plan by its outcome, of a plan without one by
    its last attempt. A plan that was never written down goes at once. The plan of the live version
    stays while rows of it are in quarantine, for a replay; only its lookups go.
    """
    entries = log.entries(disk, layout, batch)
    unneeded = [
        *_files(disk, layout, entries, keep, now),
        *_plans(disk, layout, batch, (_replayable(entries), now)),
    ]
    for path in unneeded:
        _remove(disk, layout, path)
        reach("8a")
    return unneeded


def _files(
    disk: Disk, layout: Layout, entries: Sequence[LogEntry], keep: int, now: datetime
) -> Iterator[Path]:
    if not entries:
        return
    own = [entry for entry in entries if entry.kind != "rollback"]
    kept = {entry.version for entry in own[-keep:]} | {content(entries[-1])}
    living = [entry for entry in own if entry.version in kept]
    living += [entry for entry in entries if now - entry.committed_at <= _GRACE]
    needed = {path for entry in living for path in _named(entry)}
    newest_old, batch = _newest_old(entries, now), entries[-1].batch
    for path in [*_within(disk, layout.data(batch)), *_within(disk, layout.profiles(batch))]:
        # a file above the newest old entry may belong to a commit whose outcome nobody knows
        old = _version(path) <= newest_old
        if old and path.relative_to(layout.state).as_posix() not in needed:
            yield path


def collect_profiles(
    disk: Disk, layout: Layout, *, now: datetime, keep: int = PROFILES_KEPT
) -> list[Path]:
    """What was removed of batches that nobody is compared with any more. Hold the collectors' lock.

    The newest `keep` batches by their last commit stay, and whatever is not older than seven days. A run
    of an older batch that is at work meanwhile writes a version that none of these has.
    """
    names = disk.list(layout.state / "profiles")
    if len(names) <= keep:
        return []
    newest = {name: entry for name in names if (entry := log.newest(disk, layout, name))}
    by_time = sorted(newest.values(), key=lambda entry: entry.committed_at, reverse=True)
    removed = []
    for entry in by_time[keep:]:
        old = _newest_old([entry], now)
        removed += [p for p in _within(disk, layout.profiles(entry.batch)) if _version(p) <= old]
    for path in removed:
        _remove(disk, layout, path)
    return removed


def _named(entry: LogEntry) -> Iterator[str]:
    """The files that the entry speaks of."""
    yield entry.file.path
    if entry.profile is not None:
        yield entry.profile.path


def _newest_old(entries: Sequence[LogEntry], now: datetime) -> int:
    """The newest version that was committed more than seven days ago; 0 without one."""
    return max((e.version for e in entries if now - e.committed_at > _GRACE), default=0)


def _version(path: Path) -> float:
    """The version that the file was written for; infinite where its name does not say."""
    match = _NUMBERED.fullmatch(path.name)
    return math.inf if match is None else int(match[1])


def _replayable(entries: Sequence[LogEntry]) -> str | None:
    """The run whose version is live, if it has left rows that a replay could take."""
    live = added_to(entries)[0] if entries else None
    return live.run_id if live is not None and live.account.quarantined else None


def _plans(
    disk: Disk, layout: Layout, batch: str, kept: tuple[str | None, datetime]
) -> Iterator[Path]:
    replayable, now = kept
    for folder in _within(disk, layout.plans(batch)):
        seen = [_time(disk, folder / name) for name in ("outcome.json", "attempt.json")]
        last = next((time for time in seen if time is not None), None)
        begun = disk.exists(folder / "plan.json")  # without it nobody ever goes on from here
        if begun and (last is None or now - last <= _GRACE):
            continue
        if begun and replayable is not None and _run_of(disk, folder) == replayable:
            yield from _within(disk, folder / "lookups")
        else:
            yield folder


def _run_of(disk: Disk, folder: Path) -> str | None:
    return Workspace(folder, "", disk).last_run()


def _time(disk: Disk, path: Path) -> datetime | None:
    try:
        time = datetime.fromisoformat(json.loads(disk.read(path))["at"])
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return time if time.tzinfo is not None else None


def _within(disk: Disk, folder: Path) -> list[Path]:
    return [folder / name for name in disk.list(folder)]


def _remove(disk: Disk, layout: Layout, path: Path) -> None:
    if not disk.is_folder(path):
        disk.unlink(path)
    elif path.parent.parent == layout.state / "plans":
        _remove_plan(disk, layout, path)
    else:
        with suppress(StorageError):  # somebody still writes into it: the next sweep removes it
            remove_tree(disk, path)


def _remove_plan(disk: Disk, layout: Layout, folder: Path) -> None:
    """The plan is gone at once and for good: half of one, without its outcome, would be resumed."""
    batch = folder.parent.name
    make_folders(disk, layout.scratch(batch))
    discarded = layout.temporary(batch)
    disk.rename(folder, discarded)
    disk.fsync_folder(folder.parent)
    _remove(disk, layout, discarded)
