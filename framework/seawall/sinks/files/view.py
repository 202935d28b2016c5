"""What readers see: a hard link to the newest version, replaced by one rename. All of it is redoable."""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from pathlib import Path

from seawall.contracts import LogEntry
from seawall.disk import Disk
from seawall.durable import make_folders
from seawall.errors import StorageError, TemporaryError
from seawall.failpoints import reach
from seawall.sinks.files import handover, log
from seawall.sinks.files.layout import Layout

__all__ = ["intact", "refresh", "settle", "verify"]

_ATTEMPTS = 10


def refresh(disk: Disk, layout: Layout, batch: str, *, pause_s: float) -> bool:
    """Readers see the newest version (7). Returns whether something had to be done for that.

    Another process may publish meanwhile, or sweep the temporary names away; so what is newest is
    asked again until it is what readers see. `pause_s` is how long readers have to open a file the
    second time.
    """
    for attempt in range(_ATTEMPTS):
        entry = log.newest(disk, layout, batch)
        if entry is None or disk.same_file(layout.view(entry), layout.published(entry)):
            return attempt > 0
        log.settle(disk, layout, entry)  # else a power cut could leave it to readers alone
        try:
            _show(disk, layout, entry, pause_s)
        except FileNotFoundError:
            _require(disk, layout, entry)
    raise TemporaryError(
        "the published file changes faster than it can be replaced", str(layout.shown(batch))
    )


def settle(disk: Disk, layout: Layout, batch: str) -> None:
    """What readers see survives a power cut, also when its run was killed before it could say so."""
    if disk.exists(layout.shown(batch)):
        disk.fsync_folder(layout.shown(batch))
        disk.fsync_folder(layout.folder)


def verify(disk: Disk, layout: Layout, batch: str) -> None:
    """Readers see the newest version with the bytes that were committed, else StorageError."""
    entry = log.newest(disk, layout, batch)
    if entry is None:
        return
    _require(disk, layout, entry)
    view = layout.view(entry)
    if not disk.same_file(view, layout.published(entry)) and not _has(disk, view, entry):
        raise StorageError(
            "readers don't see the version that was committed last",
            str(layout.view(entry)),
            allowed=f"version {entry.version}, a link to {layout.published(entry)}",
            todo="refresh it: any command that touches the batch does",
        )
    if not intact(disk, layout, entry):
        raise _damaged(layout, entry)


def intact(disk: Disk, layout: Layout, entry: LogEntry) -> bool:
    """Whether the entry's file is there with the bytes that were committed."""
    return _has(disk, layout.published(entry), entry)


def _has(disk: Disk, path: Path, entry: LogEntry) -> bool:
    """Whether the file has the bytes that the entry committed."""
    if disk.is_folder(path):
        return False
    try:
        with disk.open(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == entry.file.sha256
    except FileNotFoundError:
        return False


def _show(disk: Disk, layout: Layout, entry: LogEntry, pause_s: float) -> None:
    if disk.is_folder(layout.view(entry)):
        raise StorageError(
            "a folder stands where readers look for the file",
            str(layout.view(entry)),
            "a folder",
            f"version {entry.version}, as a file",
            "move it away: the next command that touches the batch then puts the file there",
        )
    make_folders(disk, layout.scratch(entry.batch))
    make_folders(disk, layout.folder)
    if disk.exists(layout.shown(entry.batch)):
        with suppress(StorageError):  # on a full disk the file is replaced without stepping stones
            _hand_over(disk, layout, entry, pause_s)
        _replace(disk, layout, entry)
    else:
        _appear(disk, layout, entry)
    reach("7c")


def _hand_over(disk: Disk, layout: Layout, entry: LogEntry, pause_s: float) -> None:
    """The old file's name has passed over two files to the new one's rows; see `handover`."""
    view, new = layout.view(entry), layout.published(entry)
    if view.suffix != ".parquet" or not disk.exists(view) or not pause_s:
        return
    first, second = layout.temporary(entry.batch), layout.temporary(entry.batch)
    start = handover.first_stone(disk, view, new, first)
    disk.rename(first, view)
    reach("7s")
    time.sleep(pause_s)
    handover.second_stone(disk, start, new, second)
    disk.rename(second, view)
    reach("7t")
    time.sleep(pause_s)


def _replace(disk: Disk, layout: Layout, entry: LogEntry) -> None:
    """One rename swaps the file; then the name that it had under another format goes."""
    link = layout.temporary(entry.batch)
    _link(disk, layout, entry, link)
    try:
        disk.rename(link, layout.view(entry))
    except StorageError:
        disk.unlink(link)
        raise
    reach("7b")
    for other in layout.other_views(entry):
        disk.unlink(other)
    disk.fsync_folder(layout.shown(entry.batch))


def _appear(disk: Disk, layout: Layout, entry: LogEntry) -> None:
    """The folder comes with its file, so that nobody lists an empty one."""
    folder = layout.temporary(entry.batch)
    disk.mkdir(folder)
    _link(disk, layout, entry, folder / layout.view(entry).name)
    disk.fsync_folder(folder)
    disk.rename(folder, layout.shown(entry.batch))
    reach("7b")
    disk.fsync_folder(layout.folder)


def _link(disk: Disk, layout: Layout, entry: LogEntry, link: Path) -> None:
    disk.link(layout.published(entry), link)
    reach("7a")


def _require(disk: Disk, layout: Layout, entry: LogEntry) -> None:
    if not disk.exists(layout.published(entry)):
        raise _damaged(layout, entry)


def _damaged(layout: Layout, entry: LogEntry) -> StorageError:
    return StorageError(
        "a published file is missing or damaged",
        str(layout.published(entry)),
        seen="missing, or bytes that were never committed",
        allowed=f"{entry.file.bytes:,} bytes with sha256 {entry.file.sha256}",
        todo="restore it from a backup, roll back, or run the batch again with --force",
    )
