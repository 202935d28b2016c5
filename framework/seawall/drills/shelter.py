"""The folder that a drill works in: for one user alone, in memory where that is possible, swept."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from seawall.disk import Disk

__all__ = ["shelter"]

_PREFIX = "seawall-drill-"
_LOCK = "held"
_MEMORY = "/dev/shm"  # noqa: S108 - mkdtemp makes a folder of mode 0700 in it
_ROOM_BYTES = 1 << 30


@contextmanager
def shelter() -> Iterator[Path]:
    """A folder that only this user can look into; it is gone afterwards.

    What drills left that were killed is gone, too: nobody holds its lock any more.
    """
    place = _in_memory() or Path(tempfile.gettempdir())
    _sweep(place)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place)).resolve()
    held = Disk().lock(folder / _LOCK, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def _in_memory() -> Path | None:
    """A filesystem in memory with room enough, unless TMPDIR says otherwise: a run syncs 45 times."""
    if "TMPDIR" in os.environ or not os.access(_MEMORY, os.W_OK | os.X_OK):
        return None
    return Path(_MEMORY) if shutil.disk_usage(_MEMORY).free > _ROOM_BYTES else None


def _sweep(place: Path) -> None:
    """The folders of this user's drills that were killed are gone; one that is just made has no lock."""
    for folder in place.glob(f"{_PREFIX}*"):
        lock = folder / _LOCK
        if folder.stat().st_uid != os.getuid() or not lock.exists():
            continue
        try:
            held = Disk().lock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)
