"""One run a batch: a lock that dies with its holder, and says who holds it."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from seawall.disk import Disk
from seawall.durable import make_folders
from seawall.errors import StorageError, TemporaryError

__all__ = ["Holder", "hold", "hold_patiently", "holder_of"]

_held: set[int] = set()
_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Holder:
    """Who works on a batch: what the next one is told while the lock is held."""

    run_id: str
    pid: int
    host: str
    started_at: datetime

    @classmethod
    def here(cls, run_id: str) -> Holder:
        """This process, now."""
        return cls(run_id, os.getpid(), socket.gethostname(), datetime.now(UTC))


@contextmanager
def hold(disk: Disk, path: Path, holder: Holder) -> Iterator[None]:
    """The lock is held within; TemporaryError that names the holder if somebody else has it."""
    with _hold(disk, path, holder, fcntl.LOCK_EX | fcntl.LOCK_NB):
        yield


@contextmanager
def hold_patiently(disk: Disk, path: Path, holder: Holder) -> Iterator[None]:
    """The lock is held within, after whoever had it. For what others hold for moments only."""
    with _hold(disk, path, holder, fcntl.LOCK_EX):
        yield


def holder_of(disk: Disk, path: Path) -> str:
    """Who holds the lock now, in words; '' if nobody does.

    To find out it is taken, shared, for as long as one call to the system lasts.
    """
    if not disk.exists(path):
        return ""
    try:
        os.close(disk.lock(path, fcntl.LOCK_SH | fcntl.LOCK_NB))
    except BlockingIOError:
        return _who(path)
    return ""


@contextmanager
def _hold(disk: Disk, path: Path, holder: Holder, how: int) -> Iterator[None]:
    make_folders(disk, path.parent)
    descriptor = _locked(disk, path, how)
    _close_in_children(descriptor)
    try:
        _sign(descriptor, path, holder)
        yield
    finally:
        _release(descriptor)


def _sign(descriptor: int, path: Path, holder: Holder) -> None:
    """Who asks for the lock from now on is told who has it."""
    try:
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(asdict(holder), default=str).encode(), 0)
    except OSError as error:
        raise StorageError(
            "cannot write into the lock",
            str(path),
            f"{errno.errorcode.get(error.errno or 0)}: {error.strerror}",
            todo="free some space or mend the disk, then run again",
        ) from error


def _locked(disk: Disk, path: Path, how: int) -> int:
    try:
        return disk.lock(path, how)
    except BlockingIOError as error:
        raise TemporaryError(
            "the lock is held",
            str(path),
            seen=_who(path),
            allowed="one run a batch at a time",
            todo="wait for it to end, then run again",
        ) from error


def _who(path: Path) -> str:
    """Run, process, host and time as they stand in the lock; and the child that kept it, if any."""
    holder = _recorded(path)
    if holder is None:
        return "a holder that has not written its name yet"
    text = f"run {holder['run_id']}, pid {holder['pid']} on {holder['host']} since {holder['started_at']}"
    if holder["host"] != socket.gethostname() or _alive(holder["pid"]):
        return text
    return f"{text}; that process is dead, {_heirs(path)} still holds the lock"


def _recorded(path: Path) -> dict[str, Any] | None:
    try:
        holder = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    whole = isinstance(holder, dict) and holder.keys() >= {"run_id", "pid", "host", "started_at"}
    return holder if whole and isinstance(holder["pid"], int) else None


def _alive(pid: int) -> bool:
    """Whether there is such a process; one that was killed and not yet waited for is dead."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    with suppress(OSError):
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return True


def _heirs(path: Path) -> str:
    """The processes that have the locked file open, as far as this system tells."""
    status = path.stat()
    pids = sorted({int(fd.parts[2]) for fd in _PROC.glob("[0-9]*/fd/*") if _is_locked(fd, status)})
    if not pids:
        return "a child of it"
    return "its child with pid " + ", ".join(map(str, pids))


def _is_locked(descriptor: Path, status: os.stat_result) -> bool:
    """Whether the descriptor is of the file, and the lock is on it."""
    with suppress(OSError):
        if os.path.samestat(descriptor.stat(), status):
            return "lock:" in (descriptor.parents[1] / "fdinfo" / descriptor.name).read_text()
    return False


def _close_in_children(descriptor: int) -> None:
    """A forked child does not inherit the lock, so that it ends with the run."""
    if not _registered:
        os.register_at_fork(after_in_child=_let_go)
        _registered.append(True)
    _held.add(descriptor)


_registered: list[bool] = []


def _release(descriptor: int) -> None:
    """The descriptor is closed, unless this is a forked child, where it was closed already."""
    if descriptor in _held:
        _held.remove(descriptor)
        os.close(descriptor)


def _let_go() -> None:
    for descriptor in _held:
        os.close(descriptor)
    _held.clear()
