"""Whether a folder can keep the sink's promises, found out before anything is computed."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

from seawall.contracts import LogEntry
from seawall.disk import Disk
from seawall.durable import make_folders
from seawall.errors import StorageError
from seawall.sinks.files.layout import Layout

__all__ = ["probe", "require_room"]

_ELSEWHERE = (
    "a local POSIX filesystem; for shared storage and object stores there is the `delta` sink"
)


def probe(disk: Disk, layout: Layout) -> None:
    """The folders are there, and files can be made, linked and renamed; else StorageError."""
    for folder in (layout.folder, layout.state, layout.state / "tmp"):
        _require_folder(folder)
        try:
            make_folders(disk, folder)
        except FileNotFoundError as error:  # as /proc answers
            raise StorageError(
                "no folder can be made here",
                str(folder),
                str(error.strerror),
                _ELSEWHERE,
                "choose another publish.path",
            ) from error
    _probe_link(disk, layout.state / "tmp")
    _probe_rename(layout)


def require_room(disk: Disk, layout: Layout, rows: int, like: LogEntry) -> None:
    """There is room for so many rows, if they are as large as those of an earlier version; else StorageError.

    They are written twice, as parts and joined; parts are never smaller than the joined file.
    """
    needed = 2 * rows * like.file.bytes // max(1, like.file.rows)
    free = disk.free(layout.state)
    if free < needed:
        raise StorageError(
            "the disk has no room for the predictions",
            str(layout.state),
            seen=f"{free:,} bytes free",
            allowed=f"{needed:,} bytes: {rows:,} rows twice, as large as in version {like.version} of "
            f"batch {like.batch}",
            todo="free some space, then run again; nothing was computed",
        )


def _require_folder(folder: Path) -> None:
    for level in (folder, *folder.parents):
        if level.exists():
            break
    if not level.is_dir():
        raise StorageError(
            "a file stands where a folder is needed",
            str(level),
            todo="move the file away, or choose another path",
        )


def _probe_link(disk: Disk, folder: Path) -> None:
    """A file can have two names, as the commit and the view need it."""
    one, two = folder / f"probe-{os.getpid()}-1", folder / f"probe-{os.getpid()}-2"
    try:
        with disk.create_new(one) as file:
            disk.fsync(file)
        disk.link(one, two)
        _require_two_names(one)
    except StorageError as error:
        raise StorageError(
            error.what, error.where, error.seen, error.allowed or _ELSEWHERE, error.todo
        ) from error
    finally:
        with suppress(OSError):
            one.unlink(missing_ok=True)
            two.unlink(missing_ok=True)


def _require_two_names(file: Path) -> None:
    names = file.stat().st_nlink
    if names != 2:  # noqa: PLR2004 - the two names that it was just given
        raise StorageError("links are copies here", str(file), seen=f"{names} names", allowed="2")


def _probe_rename(layout: Layout) -> None:
    """Names can move from the state folder to the published one.

    rename() looks at mount, then at write permission of the mount, then at the names: asked with a
    name that isn't there it changes nothing and tells all the same.
    """
    missing = f".probe-{os.getpid()}"
    try:
        (layout.state / "tmp" / missing).rename(layout.folder / missing)
    except FileNotFoundError:
        _require_writable(layout.folder)
    except OSError as error:
        raise _refused(layout, error) from error


def _require_writable(folder: Path) -> None:
    if not os.access(folder, os.W_OK | os.X_OK):
        raise StorageError(
            "this user may not write to the published folder",
            str(folder),
            seen=f"user {os.getuid()}, mode {folder.stat().st_mode & 0o777:o}",
            todo="give this user write permission, or choose another folder",
        )


def _refused(layout: Layout, error: OSError) -> StorageError:
    seen = f"{errno.errorcode.get(error.errno or 0, 'OSError')}: {error.strerror}"
    if error.errno != errno.EXDEV:
        return StorageError("cannot write to the published folder", str(layout.folder), seen=seen)
    return StorageError(
        "the published folder is a mount of its own, so that a file can't be renamed into it",
        str(layout.folder),
        seen=f"{seen}; {layout.state} is on the mount above",
        allowed="both on one mount",
        todo=f"publish to a folder below it, such as {layout.folder / 'published'}",
    )
