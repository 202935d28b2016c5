"""The one way to durable storage: everything that has to survive a crash is written through a `Disk`.

A simulated disk with the same methods can take its place, record what is done, and show every state
that a crash could leave behind.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import stat
from contextlib import suppress
from functools import partial
from io import BufferedReader
from pathlib import Path
from typing import IO, Any

from seawall.errors import StorageError
from seawall.refusals import TODO, refusals, seen, todo

__all__ = ["DATA_MODE", "Disk", "UnsyncedError", "unused_name"]

DATA_MODE = 0o444
"""Published data is never written again; the umask may take readers away, too."""

_PLAIN_MODE = 0o666
_FULL_SYNC = getattr(
    fcntl, "F_FULLFSYNC", None
)  # macOS: fsync alone leaves data in the drive's cache


class UnsyncedError(StorageError):
    """fsync failed: what the file holds on the device is unknown, and asking again proves nothing."""


class Disk:
    """A local POSIX filesystem.

    FileExistsError and FileNotFoundError are answers and are raised as they are. Every other refusal
    is a StorageError.
    """

    def create_new(self, path: Path, *, mode: int = _PLAIN_MODE) -> IO[bytes]:
        """A new, empty file is open for writing; FileExistsError if the name is taken."""
        with refusals("cannot create a file", path):
            return open(path, "xb", 0, opener=partial(os.open, mode=mode))

    def write(self, file: IO[bytes], payload: Any) -> None:
        """All bytes of the buffer are handed to the system."""
        rest = memoryview(payload).cast("B")
        with refusals("cannot write", Path(str(file.name))):
            while rest:
                rest = rest[file.write(rest) :]

    def fsync(self, file: IO[bytes]) -> None:
        """What was written survives a power cut; UnsyncedError if nobody can say so."""
        _sync(file.fileno(), Path(str(file.name)))

    def fsync_folder(self, folder: Path) -> None:
        """The folder's names survive a power cut."""
        with refusals("cannot open a folder", folder):
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            _sync(descriptor, folder)
        finally:
            os.close(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        """`target` is what `source` was, and `source` is gone.

        rename() does nothing at all when both are names of one file; the source is then removed.
        """
        with refusals("cannot rename", target):
            source.rename(target)
            if not target.is_dir():
                source.unlink(missing_ok=True)

    def link(self, source: Path, target: Path) -> None:
        """`target` is a second name of `source`; FileExistsError if the name is taken."""
        with refusals("cannot link", target):
            os.link(source, target)

    def unlink(self, path: Path) -> None:
        """The name is gone; it may have been gone before."""
        with refusals("cannot remove", path):
            path.unlink(missing_ok=True)

    def mkdir(self, folder: Path) -> None:
        """The folder is there; it may have been there before."""
        with refusals("cannot create a folder", folder), suppress(FileExistsError):
            folder.mkdir()
        if not folder.is_dir():
            raise StorageError(
                "a file stands where a folder is needed", str(folder), todo=TODO[errno.ENOTDIR]
            )

    def rmdir(self, folder: Path) -> None:
        """The folder is gone if it was empty."""
        with suppress(FileNotFoundError), refusals("cannot remove a folder", folder):
            folder.rmdir()

    def lock(self, path: Path, how: int) -> int:
        """A descriptor with flock's lock on the file that has the name, made if there is none.

        `how` is flock's. BlockingIOError if somebody else has it. Whoever closes the descriptor, or
        dies, gives the lock back.
        """
        while True:
            descriptor = _locked(path, how)
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(descriptor), path.stat()):
                    return descriptor
            os.close(descriptor)  # the file was removed between the two

    def exists(self, path: Path) -> bool:
        """Whether the name is there."""
        return path.exists()

    def is_folder(self, path: Path) -> bool:
        """Whether the name is a folder's."""
        return path.is_dir()

    def read(self, path: Path) -> bytes:
        """The whole file; FileNotFoundError without one."""
        with refusals("cannot read", path):
            return path.read_bytes()

    def open(self, path: Path) -> BufferedReader:
        """The file, open for reading; FileNotFoundError without one."""
        with refusals("cannot read", path):
            return path.open("rb")

    def list(self, folder: Path) -> list[str]:
        """The names in the folder, sorted; none if there is no such folder."""
        try:
            with refusals("cannot list a folder", folder):
                return sorted(path.name for path in folder.iterdir())
        except FileNotFoundError:
            return []

    def size(self, path: Path) -> int:
        """How many bytes the file has; FileNotFoundError without one."""
        with refusals("cannot look at a file", path):
            return path.stat().st_size

    def free(self, folder: Path) -> int:
        """How many bytes this user may still write to the folder's filesystem."""
        with refusals("cannot look at a folder", folder):
            status = os.statvfs(folder)
            return status.f_bavail * status.f_frsize

    def same_file(self, one: Path, other: Path) -> bool:
        """Whether both are names of one file; False if either is missing."""
        try:
            return one.samefile(other)
        except FileNotFoundError:
            return False


def unused_name() -> str:
    """A name that was never used before."""
    return secrets.token_hex(8)


def _locked(path: Path, how: int) -> int:
    # A look takes the lock shared: that needs no right to write, so a copy that is read only will do.
    flags = os.O_RDONLY if how & fcntl.LOCK_SH else os.O_RDWR | os.O_CREAT
    try:
        descriptor = _opened_lock(path, flags)
    except OSError as error:
        raise StorageError(
            "cannot open the lock", str(path), seen(error), "", todo(error)
        ) from error
    try:
        # not lockf: a POSIX lock is lost when any code in the process closes the file
        fcntl.flock(descriptor, how)
    except BlockingIOError:
        os.close(descriptor)
        raise
    except OSError as error:
        os.close(descriptor)
        raise StorageError(
            "this filesystem has no locks",
            str(path),
            seen(error),
            "a local filesystem; for shared storage there is the `delta` sink",
        ) from error
    return descriptor


def _opened_lock(path: Path, flags: int) -> int:
    """A descriptor of the file, which is not a folder's."""
    descriptor = os.open(path, flags, _PLAIN_MODE)
    if stat.S_ISDIR(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    return descriptor


def _sync(descriptor: int, path: Path) -> None:
    try:
        if _FULL_SYNC is None:
            os.fsync(descriptor)
        else:
            fcntl.fcntl(descriptor, _FULL_SYNC)
    except OSError as error:
        raise UnsyncedError(
            "fsync failed: nobody knows what is on the device",
            str(path),
            seen=seen(error),
            todo=todo(error),
        ) from error
