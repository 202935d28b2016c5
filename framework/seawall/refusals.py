"""What the system refuses, as an error that says what to do."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from seawall.errors import StorageError

__all__ = ["TODO", "refusals", "seen", "todo"]

TODO = {
    errno.ENOSPC: "free some space, then run again; what is finished is kept",
    errno.EDQUOT: "the user's disk quota is used up: raise it or free some space, then run again",
    errno.EFBIG: "raise the limit on file sizes (ulimit -f), then run again",
    errno.EROFS: "the filesystem is mounted read-only: remount it, or choose another folder",
    errno.EACCES: "give this user write permission, or choose another folder",
    errno.EPERM: "this filesystem or user may not do that: choose another folder",
    errno.EIO: "the device failed: look at the kernel's log (dmesg) before running again",
    errno.EXDEV: "keep the published folder and its .seawall folder on one filesystem, one mount",
    errno.EMFILE: "raise the limit on open files (ulimit -n), then run again",
    errno.ENAMETOOLONG: "choose a shorter path",
    errno.EISDIR: "a folder stands where a file is needed: move it away",
    errno.ENOTDIR: "a file stands where a folder is needed: move it away",
}
"""What a person may do about an error of the system, by its number."""


@contextmanager
def refusals(what: str, path: Path) -> Iterator[None]:
    """An OSError leaves as a StorageError, except for the two that are answers."""
    try:
        yield
    except (FileExistsError, FileNotFoundError):
        raise
    except OSError as error:
        raise StorageError(what, str(path), seen=seen(error), todo=todo(error)) from error


def seen(error: OSError) -> str:
    """The error's name and what the system says of it."""
    name = errno.errorcode.get(error.errno or 0, "OSError")
    return f"{name}: {error.strerror}"


def todo(error: OSError) -> str:
    """What a person may do about it; '' where that is not known."""
    return TODO.get(error.errno or 0, "")
