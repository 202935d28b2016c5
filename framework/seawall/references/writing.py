"""A reference, written so that nobody ever reads half of it."""

from __future__ import annotations

from pathlib import Path

from seawall.disk import Disk
from seawall.durable import make_folders, put
from seawall.errors import UsageError
from seawall.references.packing import written
from seawall.references.reference import Reference

__all__ = ["refuse_existing", "refuse_folder", "write_reference"]


def write_reference(disk: Disk, path: Path, reference: Reference) -> int:
    """The file holds the reference, whole and durably, in place of any before; its size in bytes."""
    payload = written(reference)
    make_folders(disk, path.parent)
    put(disk, path, payload)
    return len(payload)


def refuse_folder(path: Path) -> None:
    """The path is none of a folder, else UsageError."""
    if path.is_dir():
        raise UsageError(
            "a folder where a file belongs",
            "--out",
            str(path),
            "the path of a file",
            f"name one in it: --out {path / 'reference.json'}",
        )


def refuse_existing(disk: Disk, path: Path) -> None:
    """There is no file at the path, else UsageError: a reference is replaced only when that is asked."""
    if disk.exists(path):
        raise UsageError(
            "there is a reference already",
            str(path),
            "a file",
            "a path without one",
            todo="--force replaces it; --out writes to another path",
        )
