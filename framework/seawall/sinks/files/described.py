"""What the rows of a batch were like: a file beside the version that was published."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seawall.contracts import StoredFile
from seawall.disk import Disk, unused_name
from seawall.durable import make_folders, put
from seawall.errors import StorageError
from seawall.sinks.files.layout import Layout

if TYPE_CHECKING:
    from seawall.profiles import Profile

__all__ = ["Described", "described", "keep"]

_MARK, _VERSION = "seawall profile", 1


@dataclass(frozen=True, slots=True)
class Described:
    """The rows that a run has scored: those that no fallback served, and the others apart.

    `model` is the digest of what predicted, `features` are its columns; None where nobody asked it.
    """

    batch: str
    run_id: str
    live: Profile
    degraded: Profile
    model: str = ""
    features: tuple[str, ...] | None = None

    def stored(self) -> bytes:
        """The same as the bytes of a JSON file."""
        from seawall.profiles import to_json

        document = {
            _MARK: _VERSION,
            "batch": self.batch,
            "run_id": self.run_id,
            "model": self.model,
            "features": self.features,
            "live": to_json(self.live),
            "degraded": to_json(self.degraded),
        }
        return json.dumps(document, separators=(",", ":")).encode()

    @classmethod
    def read(cls, payload: bytes) -> Described:
        """What was stored; ValueError for anything else."""
        from seawall.profiles import from_json

        try:
            document: dict[str, Any] = json.loads(payload)
            if document[_MARK] != _VERSION:
                raise ValueError(f"version {document[_MARK]!r}, allowed: {_VERSION}")
            features = document["features"]
            return cls(
                str(document["batch"]),
                str(document["run_id"]),
                from_json(document["live"]),
                from_json(document["degraded"]),
                str(document["model"]),
                None if features is None else tuple(map(str, features)),
            )
        except (KeyError, TypeError, RecursionError) as error:
            raise ValueError(f"no profile: {type(error).__name__}: {error}") from None


def keep(disk: Disk, layout: Layout, batch: str, version: int, *, payload: bytes) -> StoredFile:
    """The bytes stand durably beside the version's file, under a name that was never used."""
    folder = layout.profiles(batch)
    make_folders(disk, folder)
    path = folder / f"{version:08d}.{unused_name()}"
    put(disk, path, payload)
    name = path.relative_to(layout.state).as_posix()
    return StoredFile(name, hashlib.sha256(payload).hexdigest(), len(payload), 0)


def described(disk: Disk, layout: Layout, stored: StoredFile) -> Described:
    """What stands in the file; StorageError when it is gone, or not what was written."""
    path = layout.state / stored.path
    try:
        payload = disk.read(path)
    except FileNotFoundError:
        raise _damaged(path, "no such file") from None
    if hashlib.sha256(payload).hexdigest() != stored.sha256:
        raise _damaged(path, "other bytes than were written")
    try:
        return Described.read(payload)
    except ValueError as error:
        raise _damaged(path, str(error)) from None


def _damaged(path: Path, seen: str) -> StorageError:
    return StorageError(
        "a profile is gone or damaged",
        str(path),
        seen,
        "the file as it was written",
        "restore it from a backup; the batch is left out of what later ones are compared with",
    )
