"""What nobody can need any more, and why: judged by the log's times, never by mtime. Nothing is removed."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from seawall.contracts import LogEntry
from seawall.disk import Disk
from seawall.errors import StorageError
from seawall.sinks.files import log
from seawall.sinks.files.layout import Layout, is_plan
from seawall.sinks.files.rollback import added_to, content
from seawall.staging import Workspace

__all__ = [
    "PROFILES_KEPT",
    "Waste",
    "is_unbegun",
    "kept",
    "left_behind",
    "old_profiles",
    "remembered",
    "unbegun_plans",
    "unneeded",
]

_GRACE = timedelta(days=7)
PROFILES_KEPT = 120
"""A reference of ten batches and a past of sixty, with room for batches that a season leaves out."""
_NUMBERED = re.compile(r"(\d{8,})\..+")


@dataclass(frozen=True, slots=True)
class Waste:
    """A file, or a folder with all within, that may go; `bytes` is what that frees."""

    path: Path
    bytes: int
    why: str


def kept(entries: Sequence[LogEntry], keep: int) -> list[LogEntry]:
    """The versions whose files always stay: the `keep` newest, and the live one."""
    own = [entry for entry in entries if entry.kind != "rollback"]
    versions = {entry.version for entry in own[-keep:]} | {content(e) for e in entries[-1:]}
    return [entry for entry in own if entry.version in versions]


def remembered(disk: Disk, layout: Layout, keep: int = PROFILES_KEPT) -> list[LogEntry]:
    """The newest commit of each of the `keep` batches that were committed last, the newest first.

    A batch whose newest entry cannot be read is left out, so that its damage is of no other batch.
    """
    newest = []
    for name in disk.list(layout.state / "profiles"):
        with suppress(StorageError):
            newest.append(log.newest(disk, layout, name))
    return _by_time(newest, keep)


def _by_time(newest: Iterable[LogEntry | None], keep: int) -> list[LogEntry]:
    found = [entry for entry in newest if entry is not None]
    return sorted(found, key=lambda entry: entry.committed_at, reverse=True)[:keep]


def left_behind(disk: Disk, layout: Layout, batch: str) -> Iterator[Waste]:
    """The batch's temporary names. Nobody may be at work on it."""
    scratch = layout.scratch(batch)
    folders = (scratch, layout.data(batch), layout.profiles(batch))
    for path in (path for folder in folders for path in _within(disk, folder)):
        ours = path.name.startswith(".") and path.name.endswith(".tmp")
        if path.parent == scratch or ours:
            yield _waste(disk, path, "a temporary name that a killed run left")


def unbegun_plans(disk: Disk, layout: Layout, batch: str) -> Iterator[Waste]:
    """Plans that were never written down: nobody goes on from them, and a fetch may be large."""
    for folder in _plans(disk, layout, batch):
        if is_unbegun(disk, folder):
            yield _waste(disk, folder, "a plan that was killed before it was written down")


def is_unbegun(disk: Disk, folder: Path) -> bool:
    """Whether the plan was never written down, so that no chunk was finished and no run came to an end.

    One that has lost its plan since is damaged: whoever has a backup may want the rest.
    """
    if disk.exists(folder / "plan.json") or disk.list(folder / "receipts"):
        return False
    return Workspace(folder, "", disk).outcome() in {None, "abandoned"}


def unneeded(
    disk: Disk, layout: Layout, batch: str, *, keep: int, now: datetime
) -> Iterator[Waste]:
    """What is too old to be needed. Hold the batch's lock, if it is to go.

    The live file stays, and so do the `keep` newest versions, and whatever is not older than seven
    days: of a file by the commit that named it, of a plan by its outcome, of a plan without one by
    its last attempt. A plan that was never written down goes at once. The plan of the live version
    stays while rows of it are in quarantine, for a replay; only its lookups go.
    """
    entries = log.entries(disk, layout, batch)
    if entries:
        yield from _files(disk, layout, entries, kept(entries, keep), now)
    yield from unbegun_plans(disk, layout, batch)
    yield from _old_plans(disk, layout, batch, _replayable(entries), now)


def old_profiles(
    disk: Disk, layout: Layout, *, now: datetime, keep: int = PROFILES_KEPT
) -> Iterator[Waste]:
    """Profiles of batches that nobody is compared with any more. Hold the collectors' lock.

    The newest `keep` batches by their last commit stay, and whatever is not older than seven days. A run
    of an older batch that is at work meanwhile writes a version that none of these has.
    """
    names = disk.list(layout.state / "profiles")
    if len(names) <= keep:
        return
    for entry in remembered(disk, layout, len(names))[keep:]:
        old = _newest_old([entry], now)
        for path in _within(disk, layout.profiles(entry.batch)):
            if _version(path) <= old:
                yield _waste(disk, path, f"of none of the {keep} newest batches")


def _files(
    disk: Disk,
    layout: Layout,
    entries: Sequence[LogEntry],
    living: Sequence[LogEntry],
    now: datetime,
) -> Iterator[Waste]:
    young = [entry for entry in entries if now - entry.committed_at <= _GRACE]
    needed = {path for entry in (*living, *young) for path in _named(entry)}
    known = {path: entry.version for entry in entries for path in _named(entry)}
    newest_old, batch = _newest_old(entries, now), entries[-1].batch
    for path in [*_within(disk, layout.data(batch)), *_within(disk, layout.profiles(batch))]:
        # a file above the newest old entry may belong to a commit whose outcome nobody knows
        name, old = path.relative_to(layout.state).as_posix(), _version(path) <= newest_old
        if old and name not in needed:
            yield _waste(disk, path, _why(known.get(name)))


def _why(version: int | None) -> str:
    if version is None:
        return "no entry of the log names it"
    return f"version {version} is not kept any more, and older than {_GRACE.days} days"


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


def _old_plans(
    disk: Disk, layout: Layout, batch: str, replayable: str | None, now: datetime
) -> Iterator[Waste]:
    for folder in _plans(disk, layout, batch):
        space = Workspace(folder, "", disk)
        times = [_time(disk, folder / name) for name in ("outcome.json", "attempt.json")]
        last = next((time for time in times if time is not None), None)
        if is_unbegun(disk, folder) or last is None or now - last <= _GRACE:
            continue
        if replayable is not None and space.last_run() == replayable:
            for path in _within(disk, folder / "lookups"):
                yield _waste(disk, path, "a replay of the live version reads no lookups")
        else:
            how = space.outcome() or "interrupted"
            yield _waste(disk, folder, f"a plan that was {how} more than {_GRACE.days} days ago")


def _plans(disk: Disk, layout: Layout, batch: str) -> list[Path]:
    """The folders of the batch's plans; what somebody else has put beside them is none of ours."""
    return [path for path in _within(disk, layout.plans(batch)) if is_plan(path.name)]


def _time(disk: Disk, path: Path) -> datetime | None:
    try:
        time = datetime.fromisoformat(json.loads(disk.read(path))["at"])
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return time if time.tzinfo is not None else None


def _within(disk: Disk, folder: Path) -> list[Path]:
    return [folder / name for name in disk.list(folder)]


def _waste(disk: Disk, path: Path, why: str) -> Waste:
    return Waste(path, _bytes(disk, path), why)


def _bytes(disk: Disk, path: Path) -> int:
    """How many bytes the file has, or all files in the folder."""
    if disk.is_folder(path):
        return sum(_bytes(disk, within) for within in _within(disk, path))
    try:
        return disk.size(path)
    except FileNotFoundError:
        return 0
