"""A disk in memory that keeps what POSIX promises, and not a bit more."""

from __future__ import annotations

import fcntl
import io
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from seawall.disk import Disk
from seawall.errors import StorageError

__all__ = ["Changes", "File", "Folder", "Node", "Simulated", "in_order"]

_UNUSED = re.compile(r"[0-9a-f]{12,}")


@dataclass(eq=False, slots=True)
class File:
    """A file's bytes as everybody reads them, and as they were when they were synced last."""

    now: bytes = b""
    durable: bytes = b""


@dataclass(eq=False, slots=True)
class Folder:
    """A folder's names as everybody sees them, and as they were when it was synced last."""

    now: dict[str, Node] = field(default_factory=dict)
    durable: dict[str, Node] = field(default_factory=dict)


Node = File | Folder
Changes = dict[tuple[Folder, str], Node | None]
"""What one operation does to names; a power cut leaves all of it or nothing."""


class _Handle(io.BytesIO):
    """An open file."""

    def __init__(self, path: Path, file: File) -> None:
        super().__init__(file.now)
        self.name, self.file = str(path), file


class Simulated(Disk):
    """`unsynced` are the changes of names that a power cut may undo, `torn` the files that it may tear.

    A renamed file is two changes: after a power cut it may have either name, both or none. A renamed
    folder is one, since no filesystem gives a folder two names.
    """

    def __init__(self, root: Folder | None = None) -> None:
        self.root = root or Folder()
        self.unsynced: list[Changes] = []
        self.torn: dict[File, None] = {}
        self._locks: dict[Path, int] = {}

    def __del__(self) -> None:
        for descriptor in self._locks.values():
            os.close(descriptor)

    def create_new(self, path: Path, *, mode: int = 0o666) -> IO[bytes]:
        """See Disk; the mode does not matter."""
        self._require_free(path)
        file = File()
        self._change({self._place(path): file})
        return _Handle(path, file)

    def write(self, file: IO[bytes], payload: Any) -> None:
        """See Disk."""
        assert isinstance(file, _Handle)
        assert not file.closed
        file.file.now += bytes(payload)
        self.torn[file.file] = None

    def fsync(self, file: IO[bytes]) -> None:
        """See Disk."""
        assert isinstance(file, _Handle)
        file.file.durable = file.file.now
        self.torn.pop(file.file, None)

    def fsync_folder(self, folder: Path) -> None:
        """See Disk."""
        node = self._folder(folder)
        for changes in [one for one in self.unsynced if any(at is node for at, _ in one)]:
            self._settle(changes)

    def rename(self, source: Path, target: Path) -> None:
        """See Disk."""
        node = self._node(source)
        here, there = self._place(source), self._place(target)
        if isinstance(node, Folder):
            self._require_empty(target)
            self._change({there: node, here: None})
        else:
            self._change({there: self._file(source)})
            self._change({here: None})

    def link(self, source: Path, target: Path) -> None:
        """See Disk."""
        file = self._file(source)
        self._require_free(target)
        self._change({self._place(target): file})

    def unlink(self, path: Path) -> None:
        """See Disk."""
        node = self._node(path)
        if isinstance(node, Folder):
            raise StorageError("cannot remove", str(path), "EISDIR")
        if node is not None:
            self._change({self._place(path): None})

    def mkdir(self, folder: Path) -> None:
        """See Disk."""
        if self._node(folder) is None:
            self._change({self._place(folder): Folder()})
        self._folder(folder)

    def rmdir(self, folder: Path) -> None:
        """See Disk."""
        if self._node(folder) is not None:
            self._require_empty(folder)
            self._change({self._place(folder): None})

    def lock(self, path: Path, how: int) -> int:
        """See Disk. The name is durable at once: nothing depends on it after a power cut."""
        if self._node(path) is None:
            self._locks.pop(path, None)
            self._change({self._place(path): File()})
            self._settle(self.unsynced[-1])
        if path not in self._locks:
            self._locks[path] = os.memfd_create("lock")
        descriptor = os.open(f"/proc/self/fd/{self._locks[path]}", os.O_RDWR)
        try:
            fcntl.flock(descriptor, how | fcntl.LOCK_NB)  # who waits here would wait for itself
        except BlockingIOError:
            os.close(descriptor)
            raise
        return descriptor

    def exists(self, path: Path) -> bool:
        """See Disk."""
        return self._node(path) is not None

    def is_folder(self, path: Path) -> bool:
        """See Disk."""
        return isinstance(self._node(path), Folder)

    def read(self, path: Path) -> bytes:
        """See Disk."""
        return self._file(path).now

    def open(self, path: Path) -> Any:
        """See Disk."""
        return _Handle(path, self._file(path))

    def list(self, folder: Path) -> list[str]:
        """See Disk; `in_order`."""
        node = self._node(folder)
        return in_order(node.now) if isinstance(node, Folder) else []

    def size(self, path: Path) -> int:
        """See Disk."""
        return len(self.read(path))

    def same_file(self, one: Path, other: Path) -> bool:
        """See Disk."""
        node = self._node(one)
        return node is not None and node is self._node(other)

    def settle(self) -> None:
        """Everything is durable, as after a minute of peace."""
        for file in list(self.torn):
            file.durable = file.now
        self.torn.clear()
        while self.unsynced:
            self._settle(self.unsynced[0])

    def _node(self, path: Path) -> Node | None:
        node: Node | None = self.root
        for part in path.parts[1:]:
            if not isinstance(node, Folder):
                return None
            node = node.now.get(part)
        return node

    def _folder(self, path: Path) -> Folder:
        node = self._node(path)
        if not isinstance(node, Folder):
            raise FileNotFoundError(path)
        return node

    def _file(self, path: Path) -> File:
        node = self._node(path)
        if not isinstance(node, File):
            raise FileNotFoundError(path)
        return node

    def _place(self, path: Path) -> tuple[Folder, str]:
        return self._folder(path.parent), path.name

    def _require_free(self, path: Path) -> None:
        if self._node(path) is not None:
            raise FileExistsError(path)

    def _require_empty(self, path: Path) -> None:
        """As rename and rmdir have it: a folder in the target's place has to be empty."""
        if self.list(path):
            raise StorageError("cannot remove a folder", str(path), "ENOTEMPTY")

    def _change(self, changes: Changes) -> None:
        self.unsynced.append(changes)
        for (folder, name), node in changes.items():
            _set(folder.now, name, node)

    def _settle(self, changes: Changes) -> None:
        """The changes are durable, and what came before them at the same places is past."""
        at = next(n for n, one in enumerate(self.unsynced) if one is changes)
        for earlier in self.unsynced[:at]:
            for place in changes:
                earlier.pop(place, None)
        for (folder, name), node in changes.items():
            _set(folder.durable, name, node)
        del self.unsynced[at]
        self.unsynced = [one for one in self.unsynced if one]


def in_order(names: Iterable[str]) -> list[str]:
    """Sorted, but what differs in names that nobody used before comes as it was made, for every seed alike."""
    return sorted(names, key=_stem)


@lru_cache(maxsize=4096)
def _stem(name: str) -> str:
    return _UNUSED.sub("", name)


def _set(names: dict[str, Node], name: str, node: Node | None) -> None:
    if node is None:
        names.pop(name, None)
    else:
        names[name] = node
