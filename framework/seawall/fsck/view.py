"""The view: readers see the newest version, and nothing beside it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from seawall.contracts import LogEntry
from seawall.disk import Disk
from seawall.errors import StorageError
from seawall.fsck.files import wrong
from seawall.fsck.problem import Problem, fault, note
from seawall.sinks.files.layout import Layout
from seawall.staging import Workspace

__all__ = ["BEHIND", "examine_view", "strangers"]

BEHIND = "readers do not see the newest version yet"
"""What is wrong where a refresh puts it right."""

_BLOCK = 1 << 20
_STATE = ("data", "decisions", "locks", "log", "plans", "profiles", "snapshots", "tmp")
"""What stands in the folder beside the published one."""
_TAIL = 8  # the footer's length in four bytes, then the mark
_FOREIGN = "move it away: what stands beside the data is read as data"


def examine_view(
    disk: Disk, layout: Layout, batch: str, entries: Sequence[LogEntry]
) -> list[Problem]:
    """What is wrong with what readers see of the batch.

    A view that shows an earlier version, or is on its way from one to the next, is a note: a crash
    may leave it, and the next command that touches the batch redoes it.
    """
    folder = layout.shown(batch)
    names = disk.list(folder)
    if not entries:
        return [_unlogged(batch, folder, names)] if disk.exists(folder) else []
    newest = entries[-1]
    own = layout.view(newest)
    others = {path.name: path for path in layout.other_views(newest)}
    found = [_own(disk, layout, entries)]
    for name in names:
        if name in others:
            found.append(_other(disk, layout, entries, others[name]))
        elif name != own.name:
            found.append(_foreign(batch, folder / name))
    return [problem for problem in found if problem is not None]


def _own(disk: Disk, layout: Layout, entries: Sequence[LogEntry]) -> Problem | None:
    newest = entries[-1]
    path = layout.view(newest)
    if disk.same_file(path, layout.published(newest)):
        return None
    if not disk.exists(path):
        return _behind(newest, path, "no file")
    if disk.is_folder(path):
        return _folder(newest, path)
    if not wrong(disk, path, newest.file):
        return _copied(newest, path)
    return _other_rows(disk, layout, entries, path)


def _other_rows(disk: Disk, layout: Layout, entries: Sequence[LogEntry], path: Path) -> Problem:
    """What it means that readers see something else than the newest version."""
    newest, version = entries[-1], _version(disk, layout, entries, path)
    if version not in {None, newest.version} and _was_shown(disk, layout, entries):
        return _gone_back(newest, path, version or 0)
    if version is not None:
        return _behind(newest, path, f"version {version}")
    return fault(
        "view",
        newest.batch,
        "readers see a file that was never committed",
        path,
        seen=wrong(disk, path, newest.file),
        allowed=f"version {newest.version}: {layout.published(newest)}",
        todo="find out who wrote it; seawall status CONFIG puts the newest version in its place",
    )


def _was_shown(disk: Disk, layout: Layout, entries: Sequence[LogEntry]) -> bool:
    """Whether readers saw the newest version before: a plan ends as committed when the view is there.

    A run that has committed twice has a plan that could be of either.
    """
    newest = entries[-1]
    if sum(entry.run_id == newest.run_id for entry in entries) > 1:
        return False
    names = disk.list(layout.plans(newest.batch))
    spaces = (Workspace(layout.plans(newest.batch) / name, "", disk) for name in names)
    ended = (space for space in spaces if space.outcome() == "committed")
    return any(space.last_run() == newest.run_id for space in ended)


def _gone_back(newest: LogEntry, path: Path, version: int) -> Problem:
    return fault(
        "view",
        newest.batch,
        "readers see an earlier version than they saw before",
        path,
        seen=f"version {version}; the log ends with version {newest.version}, which was shown",
        allowed="a rollback in the log, or the newest version",
        todo="restore the log from a backup; without one, seawall rollback CONFIG "
        f"--batch {newest.batch} --to {version} where somebody had rolled back, else seawall status CONFIG",
    )


def _copied(newest: LogEntry, path: Path) -> Problem:
    what, seen = (
        "readers see a copy of the newest version",
        "the same bytes, in a file of their own",
    )
    todo = "nothing: the next command that touches the batch makes it the same file again"
    return note("view", newest.batch, what, path, seen=seen, todo=todo)


def _folder(newest: LogEntry, path: Path) -> Problem:
    what, todo = "a folder stands where readers look for the file", "move it away"
    shown = f"version {newest.version}, as a file"
    todo = f"{todo}; seawall status CONFIG then puts the newest version there"
    return fault("view", newest.batch, what, path, seen="a folder", allowed=shown, todo=todo)


def _other(disk: Disk, layout: Layout, entries: Sequence[LogEntry], path: Path) -> Problem | None:
    """The view's name under another format: of an earlier version it waits to be removed."""
    if _version(disk, layout, entries, path) is not None:
        return _behind(entries[-1], path, "an earlier version beside it, in another format")
    return _foreign(entries[-1].batch, path)


def _version(disk: Disk, layout: Layout, entries: Sequence[LogEntry], path: Path) -> int | None:
    """The version that readers of the file see, if it is one."""
    for entry in reversed(entries):
        if disk.same_file(path, layout.published(entry)):
            return entry.version
    for entry in reversed(entries):
        if not wrong(disk, path, entry.file) or _is_stone(disk, path, entry):
            return entry.version
    return None


def _is_stone(disk: Disk, path: Path, entry: LogEntry) -> bool:
    """Whether the file is a stepping stone (see `handover`): it ends in all of the version's bytes."""
    try:
        size = disk.size(path)
        with disk.open(path) as file:
            file.seek(max(0, size - _TAIL))
            footer = int.from_bytes(file.read(4), "little")
            begin = size - _TAIL - footer - entry.file.bytes
            return begin >= entry.file.bytes and _digest(file, begin, entry) == entry.file.sha256
    except (FileNotFoundError, StorageError):
        return False


def _digest(file: io.BufferedReader, begin: int, entry: LogEntry) -> str:
    file.seek(begin)
    digest, left = hashlib.sha256(), entry.file.bytes
    while left and (block := file.read(min(_BLOCK, left))):
        digest.update(block)
        left -= len(block)
    return digest.hexdigest()


def _behind(newest: LogEntry, path: Path, seen: str) -> Problem:
    return note(
        "view",
        newest.batch,
        BEHIND,
        path,
        seen=f"{seen}; version {newest.version} is committed",
        todo="nothing: the next command that touches the batch redoes it",
    )


def _foreign(batch: str, path: Path) -> Problem:
    what = "a file that no run wrote stands beside the data"
    if path.name.startswith((".", "_")):  # readers pass over such names
        return note("view", batch, what, path, todo="move it away")
    return fault("view", batch, what, path, seen="a foreign file", todo=_FOREIGN)


def _unlogged(batch: str, folder: Path, names: Sequence[str]) -> Problem:
    return fault(
        "view",
        batch,
        "readers see a batch that was never committed",
        folder,
        seen=f"{len(names)} files, no log",
        allowed="batches with a log",
        todo="restore the log from a backup, or move the folder away",
    )


def strangers(disk: Disk, layout: Layout) -> Iterator[Problem]:
    """A problem for each name in the published folder that is no batch's, and in the state beside it."""
    for name in disk.list(layout.folder):
        if not name.startswith("batch="):
            yield _foreign("", layout.folder / name)
    for name in disk.list(layout.state):
        if name not in _STATE:
            what = "nothing that seawall has written"
            yield note("data", "", what, layout.state / name, todo="move it away")
