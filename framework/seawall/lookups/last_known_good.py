"""The last live read of a published run: kept beside the pipeline's versions, verified on use.

A lookup's folder holds `<sha256>.arrow`, a file that never changes, and `current.json`, which says
what is the newest and is replaced by one rename. The file before it stays for those who are reading.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pyarrow as pa
from pydantic import TypeAdapter, ValidationError

from seawall.disk import Disk, unused_name
from seawall.durable import make_folders, put
from seawall.errors import DataError, SeawallError, UnavailableError
from seawall.lookups.measures import age

__all__ = ["Snapshot", "current", "keep", "rows_of", "young_enough"]

_CURRENT = "current.json"
_SKEW = timedelta(minutes=5)
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is known of a lookup's last good read.

    `as_of` is when its rows are from, `kept_at` when their run had published; `schema` has the types
    as text.
    """

    lookup: str
    sha256: str
    bytes: int
    rows: int
    as_of: datetime
    kept_at: datetime
    run_id: str
    batch: str
    schema: Mapping[str, str] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """Its file's name in the lookup's folder."""
        return f"{self.sha256}.arrow"


def current(disk: Disk, folder: Path) -> Snapshot | None:
    """The newest snapshot in the folder, None before the first; DataError when it cannot be read."""
    path = folder / _CURRENT
    try:
        snapshot = _adapter().validate_json(disk.read(path))
    except FileNotFoundError:
        return None
    except ValidationError as error:
        seen = str(error.errors(include_url=False)[0]["msg"])
        raise DataError("the record of the snapshot is damaged", str(path), seen) from None
    if snapshot.as_of.tzinfo is None or not _SHA256.fullmatch(snapshot.sha256):
        seen = f"as_of {snapshot.as_of}, sha256 {snapshot.sha256}"
        raise DataError("the record of the snapshot is damaged", str(path), seen)
    return snapshot


def young_enough(snapshot: Snapshot, *, as_of: datetime, max_age: timedelta) -> None:
    """Its age is within bounds; UnavailableError when it is too old, or from after `as_of`."""
    old = as_of - snapshot.as_of
    if old < -_SKEW:
        raise UnavailableError(
            "the snapshot is from the future",
            seen=f"it is from {snapshot.as_of.isoformat()}, {age(-old)} after this run's as_of",
            allowed=f"at most {age(_SKEW)} after it",
        )
    if old > max_age:
        raise UnavailableError(
            "the snapshot is too old", seen=f"{age(old)} old", allowed=f"at most {age(max_age)}"
        )


def rows_of(disk: Disk, folder: Path, snapshot: Snapshot) -> pa.Table:
    """The snapshot's rows, mapped into memory; DataError when not every byte is as it was written."""
    path = folder / snapshot.file
    try:
        with disk.open(path) as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise DataError("the snapshot's file is gone", str(path)) from None
    if found != snapshot.sha256:
        seen = f"sha256 {found[:12]}…"
        raise DataError("the snapshot is corrupt", str(path), seen, f"{snapshot.sha256[:12]}…")
    with pa.memory_map(str(path)) as mapped:
        return pa.ipc.open_file(mapped).read_all()


def keep(disk: Disk, folder: Path, snapshot: Snapshot, file: Path) -> bool:
    """Whether the snapshot is the newest now: never in place of one that is from a later time.

    `file` holds its rows, durably, on the same filesystem. The caller lets in one at a time.
    """
    before = _readable(disk, folder)
    if before is not None and before.as_of > snapshot.as_of:
        return False
    make_folders(disk, folder)
    # Linked anew even if the name is there: what has it may have been damaged since.
    beside = folder / f".{snapshot.file}.{unused_name()}.tmp"
    disk.link(file, beside)
    disk.rename(beside, folder / snapshot.file)
    disk.fsync_folder(folder)
    put(disk, folder / _CURRENT, _adapter().dump_json(snapshot, indent=1))
    _sweep(disk, folder, {snapshot.file, before.file if before else "", _CURRENT})
    return True


def _readable(disk: Disk, folder: Path) -> Snapshot | None:
    try:
        return current(disk, folder)
    except SeawallError:
        return None


def _sweep(disk: Disk, folder: Path, kept: set[str]) -> None:
    for name in disk.list(folder):
        if name not in kept:
            disk.unlink(folder / name)


@cache
def _adapter() -> TypeAdapter[Snapshot]:
    return TypeAdapter(Snapshot)
