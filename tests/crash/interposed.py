"""A disk that is asked through somebody who may look on, refuse, drop an operation, or die."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO, Any

from seawall.disk import Disk, UnsyncedError
from seawall.errors import StorageError

__all__ = [
    "CHANGING",
    "Crash",
    "Crashing",
    "Dropping",
    "Failing",
    "Interposed",
    "Renaming",
    "Watched",
]

CHANGING = frozenset(
    {"create_new", "write", "fsync", "fsync_folder", "rename", "link", "unlink", "mkdir", "rmdir"}
)
"""The operations after which the disk may be another."""
Act = Callable[[], Any]


class Interposed(Disk):
    """Does what the inner disk does; `_do` is where to step in."""

    def __init__(self, inner: Disk) -> None:
        self.inner = inner

    def _do(self, operation: str, path: Path, act: Act) -> Any:
        return act()

    def create_new(self, path: Path, *, mode: int = 0o666) -> IO[bytes]:
        """See Disk."""
        return self._do("create_new", path, partial(self.inner.create_new, path, mode=mode))  # type: ignore[no-any-return]

    def write(self, file: IO[bytes], payload: Any) -> None:
        """See Disk."""
        self._do("write", Path(file.name), partial(self.inner.write, file, payload))

    def fsync(self, file: IO[bytes]) -> None:
        """See Disk."""
        self._do("fsync", Path(file.name), partial(self.inner.fsync, file))

    def fsync_folder(self, folder: Path) -> None:
        """See Disk."""
        self._do("fsync_folder", folder, partial(self.inner.fsync_folder, folder))

    def rename(self, source: Path, target: Path) -> None:
        """See Disk."""
        self._do("rename", target, partial(self.inner.rename, source, target))

    def link(self, source: Path, target: Path) -> None:
        """See Disk."""
        self._do("link", target, partial(self.inner.link, source, target))

    def unlink(self, path: Path) -> None:
        """See Disk."""
        self._do("unlink", path, partial(self.inner.unlink, path))

    def mkdir(self, folder: Path) -> None:
        """See Disk."""
        self._do("mkdir", folder, partial(self.inner.mkdir, folder))

    def rmdir(self, folder: Path) -> None:
        """See Disk."""
        self._do("rmdir", folder, partial(self.inner.rmdir, folder))

    def lock(self, path: Path, how: int) -> int:
        """See Disk."""
        return int(self._do("lock", path, partial(self.inner.lock, path, how)))

    def exists(self, path: Path) -> bool:
        """See Disk."""
        return bool(self._do("exists", path, partial(self.inner.exists, path)))

    def is_folder(self, path: Path) -> bool:
        """See Disk."""
        return bool(self._do("is_folder", path, partial(self.inner.is_folder, path)))

    def read(self, path: Path) -> bytes:
        """See Disk."""
        return bytes(self._do("read", path, partial(self.inner.read, path)))

    def open(self, path: Path) -> Any:
        """See Disk."""
        return self._do("open", path, partial(self.inner.open, path))

    def list(self, folder: Path) -> list[str]:
        """See Disk."""
        return list(self._do("list", folder, partial(self.inner.list, folder)))

    def size(self, path: Path) -> int:
        """See Disk."""
        return int(self._do("size", path, partial(self.inner.size, path)))

    def same_file(self, one: Path, other: Path) -> bool:
        """See Disk."""
        return bool(self._do("same_file", one, partial(self.inner.same_file, one, other)))


class Watched(Interposed):
    """Tells `saw` of each operation that may have changed the disk, once it is done."""

    def __init__(self, inner: Disk, saw: Callable[[str], None]) -> None:
        super().__init__(inner)
        self._saw = saw

    def _do(self, operation: str, path: Path, act: Act) -> Any:
        done = act()
        if operation in CHANGING:
            self._saw(f"{operation} {path.parent.name}/{path.name}")
        return done


class Dropping(Interposed):
    """Leaves out one kind of operation on the paths that have `part` in them."""

    def __init__(self, inner: Disk, operation: str, part: str) -> None:
        super().__init__(inner)
        self._dropped, self._part = operation, part

    def _do(self, operation: str, path: Path, act: Act) -> Any:
        if operation == self._dropped and self._part in f"{path}/":
            return None
        return act()


class Renaming(Interposed):
    """Puts log entries in place with rename, which replaces what stands, instead of link."""

    def link(self, source: Path, target: Path) -> None:
        """The target is the source, whatever it was before."""
        if "/log/" in str(target):
            self.inner.rename(source, target)
        else:
            self.inner.link(source, target)


class Failing(Interposed):
    """Refuses the n-th operation, from 1 on, and with `from_then_on` each that follows.

    A refused fsync is an UnsyncedError, as of the real disk; any other a StorageError.
    """

    def __init__(
        self, inner: Disk, n: int, *, code: str = "EIO", from_then_on: bool = False
    ) -> None:
        super().__init__(inner)
        self.left, self.failed = n, ""
        self._code, self._from_then_on = code, from_then_on

    def _do(self, operation: str, path: Path, act: Act) -> Any:
        self.left -= 1
        if self.left == 0 or (self.left < 0 and self._from_then_on):
            self.failed = self.failed or f"{operation} {path}"
            kind = UnsyncedError if operation.startswith("fsync") else StorageError
            raise kind(f"the test refused {operation}", str(path), self._code)
        return act()


class Crash(BaseException):
    """The process is dead; nothing of it acts any more."""


class Crashing(Interposed):
    """Dies in place of the n-th operation that would change the disk; nothing is done after it."""

    def __init__(self, inner: Disk, n: int) -> None:
        super().__init__(inner)
        self.left = n

    @property
    def dead(self) -> bool:
        """Whether it has come to that."""
        return self.left <= 0

    def _do(self, operation: str, path: Path, act: Act) -> Any:
        self.left -= operation in CHANGING
        if self.dead:
            raise Crash(f"{operation} {path}")
        return act()
