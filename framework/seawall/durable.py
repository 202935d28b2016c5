"""Files and folders that survive a power cut, made of the disk's single steps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from seawall.disk import Disk, UnsyncedError, unused_name
from seawall.errors import StorageError, TemporaryError
from seawall.failpoints import reach

__all__ = ["make_folders", "put", "remove_tree"]


def make_folders(disk: Disk, folder: Path) -> None:
    """The folder and all above it are there, and survive a power cut.

    An empty one may be of a process that was killed before it could sync its name, so it is synced
    again; one that has something in it was synced by whoever put that there.
    """
    levels = [folder]
    while not _is_settled(disk, levels[-1].parent):
        levels.append(levels[-1].parent)
    for level in reversed(levels):
        if not _is_settled(disk, level):
            disk.mkdir(level)
            disk.fsync_folder(level.parent)


def _is_settled(disk: Disk, folder: Path) -> bool:
    """Whether the folder is there, and its name survives a power cut as far as that is ours to see to."""
    try:
        return folder == folder.parent or bool(disk.list(folder))
    except StorageError:  # of somebody else, and not to be listed
        return disk.is_folder(folder)


def remove_tree(disk: Disk, folder: Path) -> None:
    """The folder is gone with all within; it may have been gone before."""
    for name in disk.list(folder):
        if disk.is_folder(folder / name):
            remove_tree(disk, folder / name)
        else:
            disk.unlink(folder / name)
    disk.rmdir(folder)


def put(disk: Disk, path: Path, payload: Any, *, step: str = "") -> None:
    """`path` holds the payload, whole and durably; readers saw what was there before, or this.

    After a failed fsync the bytes are written once more, to another file. `step` names the
    failpoints: opened, written, synced, renamed, folder synced. TemporaryError if another run has swept
    the file away meanwhile, or its folder.
    """
    with _unless_swept(path):
        temporary = _written(disk, path, payload, step=step)
        try:
            disk.rename(temporary, path)
        except StorageError:
            disk.unlink(temporary)
            raise
    _reach(step, "d")
    disk.fsync_folder(path.parent)
    _reach(step, "e")


@contextmanager
def _unless_swept(path: Path) -> Iterator[None]:
    """A name that vanishes while we write is another run's doing, whose lock did not keep it out."""
    try:
        yield
    except FileNotFoundError as error:
        raise TemporaryError(
            "another run of this batch took over and swept this one's file away",
            str(path),
            str(error),
            "one run a batch at a time",
            "run again; what is live now may already be what you want",
        ) from error


def _written(disk: Disk, path: Path, payload: Any, *, step: str) -> Path:
    """A complete, synced file beside `path`, under a temporary name."""
    try:
        return _write_once(disk, path, payload, step=step)
    except UnsyncedError:
        return _write_once(disk, path, payload, step=step)


def _write_once(disk: Disk, path: Path, payload: Any, *, step: str) -> Path:
    temporary = path.with_name(f".{path.name}.{unused_name()}.tmp")
    file = disk.create_new(temporary)
    try:
        _fill(disk, file, payload, step=step)
    except BaseException:
        disk.unlink(temporary)
        raise
    return temporary


def _fill(disk: Disk, file: IO[bytes], payload: Any, *, step: str) -> None:
    with file:
        _reach(step, "a")
        disk.write(file, payload)
        _reach(step, "b")
        disk.fsync(file)
        _reach(step, "c")


def _reach(step: str, letter: str) -> None:
    if step:
        reach(step + letter)
