"""A plan's folder: parts and receipts, written by workers, read by the parent and by the next run."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from seawall.contracts import StoredFile
from seawall.disk import Disk, unused_name
from seawall.durable import make_folders, put
from seawall.errors import StorageError, UsageError
from seawall.failpoints import reach
from seawall.staging.shapes import NO_SHAPES, Shapes

__all__ = ["OUTCOMES", "PROFILE", "SHAPES", "SPOOL", "Workspace"]

OUTCOMES = ("committed", "held", "stopped", "failed", "abandoned")
"""How a plan ends. A plan without an outcome was interrupted."""

SPOOL = "spool/primary.parquet"
"""Where the primary's rows stand that were fetched for the plan, until it ends."""

SHAPES = "shapes.json"
"""How the columns are counted: written before the first chunk is scored."""

PROFILE = "profile.json"
"""What the rows of a batch are like that was scored to its end, published or held."""

REPLAYED = "replay.version"
"""The detail that only the plan of a replay has: the version that it stands on."""

_PARTS, _QUARANTINE, _LOOKUPS = "parts", "quarantine", "lookups"
_RECEIPTS, _STARTED = "receipts", "started"
_FOLDERS = (_PARTS, _QUARANTINE, _LOOKUPS, _RECEIPTS, _STARTED)
_PLAN, _OUTCOME = "plan.json", "outcome.json"
ATTEMPT = "attempt.json"
_HELD = "held"
_TEMPORARY = ".tmp"
_OWN_PATH = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9._-]{0,199}/)?[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
"""What every file of a plan is called: nothing that leads out of its folder."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """One plan of one batch: `plans/<batch>/<sequence>.<plan id>` in the sink's state folder.

    `token` belongs to one attempt, so that a worker that outlived its run cannot overwrite what
    another run wrote.
    """

    folder: Path
    token: str
    disk: Disk = field(default_factory=Disk, compare=False)

    @property
    def batch(self) -> str:
        """The batch that the plan is for."""
        return self.folder.parent.name

    @property
    def plan_id(self) -> str:
        """The plan's own name."""
        return self.folder.name.partition(".")[2]

    def prepare(self) -> None:
        """The plan's folders are there."""
        for name in _FOLDERS:
            make_folders(self.disk, self.folder / name)

    def put_part(self, chunk: str, payload: Any, *, rows: int) -> StoredFile:
        """The chunk's rows are stored durably under a name that was never used (4a to 4e)."""
        return self._put(f"{_PARTS}/{chunk}.{self._unused()}", payload, rows=rows, step="4")

    def put_quarantine(self, chunk: str, payload: Any, *, rows: int) -> StoredFile:
        """The chunk's refused rows are stored durably under a name that was never used."""
        return self._put(f"{_QUARANTINE}/{chunk}.{self._unused()}", payload, rows=rows)

    def put_lookup(self, name: str, payload: Any, *, rows: int) -> StoredFile:
        """A lookup's rows are pinned under the name of their content."""
        return self._put(f"{_LOOKUPS}/{name}.{_sha256(payload)}.arrow", payload, rows=rows)

    def put_repeats(self, payload: Any, *, rows: int) -> StoredFile:
        """The rows that repeat an earlier one are pinned under the name of their content."""
        return self._put(f"repeats.{_sha256(payload)}.arrow", payload, rows=rows)

    def put_shapes(self, shapes: Shapes) -> StoredFile:
        """How the batch's columns are counted is pinned, durably."""
        return self._put(SHAPES, shapes.stored(), rows=0)

    def shapes(self) -> tuple[StoredFile | None, Shapes]:
        """What is pinned of that, with its file; None and no shapes where there is none to be read."""
        try:
            payload = self.disk.read(self.folder / SHAPES)
            return StoredFile(SHAPES, _sha256(payload), len(payload), 0), Shapes.read(payload)
        except (FileNotFoundError, ValueError):
            return None, NO_SHAPES

    def put_profile(self, payload: bytes) -> None:
        """What the rows of the finished chunks are like stands beside them, durably."""
        put(self.disk, self.folder / PROFILE, payload)

    def put_held(self, payload: bytes) -> StoredFile:
        """What the gate refused is pinned under the name of its content."""
        return self._put(f"{_HELD}.{_sha256(payload)}.json", payload, rows=0)

    def held(self) -> Iterator[bytes]:
        """What the gate has refused of the plan, as far as it is as it was written."""
        for name in self.disk.list(self.folder):
            if name.startswith(f"{_HELD}.") and name.endswith(".json"):
                payload = self.disk.read(self.folder / name)
                if name == f"{_HELD}.{_sha256(payload)}.json":
                    yield payload

    def stored(self, path: str) -> StoredFile:
        """The file as it is now."""
        payload = self.disk.read(self.folder / path)
        return StoredFile(path, _sha256(payload), len(payload), 0)

    def share(self, other: Workspace, stored: StoredFile) -> None:
        """The other plan's file is this one's too, under its name; both may go without the other."""
        self.disk.link(other.path(stored), self.path(stored))
        self.disk.fsync_folder(self.path(stored).parent)

    def adopt(self, path: str, *, rows: int) -> StoredFile:
        """The file, which somebody else wrote within the folder, is durable from now on."""
        with self.disk.open(self.folder / path) as file:
            self.disk.fsync(file)
            size = self.disk.size(self.folder / path)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        self.disk.fsync_folder((self.folder / path).parent)
        return StoredFile(path, digest, size, rows)

    def path(self, stored: StoredFile) -> Path:
        """Where the file stands."""
        return self.folder / stored.path

    def verify(self, stored: StoredFile) -> bool:
        """Whether the file is there, within the folder, with the size and the content that it had."""
        if not _OWN_PATH.fullmatch(stored.path):
            return False
        try:
            if self.disk.size(self.path(stored)) != stored.bytes:
                return False
            with self.disk.open(self.path(stored)) as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == stored.sha256
        except FileNotFoundError:
            return False

    def put_receipt(self, chunk: str, receipt: Mapping[str, Any]) -> None:
        """The chunk counts as finished (4f)."""
        self._put_json(f"{_RECEIPTS}/{chunk}.json", receipt, step="4f")
        reach("4f")

    def receipts(self) -> dict[str, dict[str, Any]]:
        """The receipts that can be read, by chunk, in the chunks' order; torn ones are left out."""
        names = [n for n in self.disk.list(self.folder / _RECEIPTS) if n.endswith(".json")]
        read = ((n.removesuffix(".json"), self._json(f"{_RECEIPTS}/{n}")) for n in names)
        return {chunk: receipt for chunk, receipt in read if receipt is not None}

    def mark_started(self, chunk: str) -> None:
        """A worker is at work on the chunk; who dies now is suspected of it."""
        with suppress(FileExistsError):
            self.disk.create_new(self.folder / _STARTED / chunk).close()

    def unmark(self, chunk: str) -> None:
        """Nobody is at work on the chunk."""
        self.disk.unlink(self.folder / _STARTED / chunk)

    def started(self) -> set[str]:
        """The chunks that somebody began and did not end."""
        return set(self.disk.list(self.folder / _STARTED))

    def put_plan(self, document: Mapping[str, Any]) -> None:
        """The plan stands in its folder, durably (3)."""
        self._put_json(_PLAN, document, step="3")

    def has_plan(self) -> bool:
        """Whether a plan was written that can be read."""
        return self._json(_PLAN) is not None

    def plan(self) -> dict[str, Any]:
        """The plan that was written; StorageError if it is missing or torn."""
        document = self._json(_PLAN)
        if document is None:
            raise StorageError("the plan is missing or torn", str(self.folder / _PLAN))
        return document

    def last_run(self) -> str | None:
        """The run that worked on the plan last; None when that cannot be read."""
        run_id = (self._json(ATTEMPT) or {}).get("run_id")
        return None if run_id is None else str(run_id)

    def begun_at(self) -> datetime | None:
        """When that run began; None when that cannot be read."""
        try:
            return datetime.fromisoformat(str((self._json(ATTEMPT) or {}).get("at")))
        except ValueError:
            return None

    def put_outcome(self, state: str, *, at: datetime | None = None) -> None:
        """The plan has ended; `state` is one of OUTCOMES. What was fetched for it is gone."""
        if state not in OUTCOMES:
            raise UsageError("no such outcome", seen=state, allowed=", ".join(OUTCOMES))
        self._put_json(_OUTCOME, {"state": state, "at": (at or datetime.now(UTC)).isoformat()})
        if self.disk.exists(self.folder / SPOOL):
            self.disk.unlink(self.folder / SPOOL)

    def outcome(self) -> str | None:
        """How the plan ended; None for one that was interrupted or is at work."""
        return (self._json(_OUTCOME) or {}).get("state")

    def sweep(self) -> None:
        """Temporaries, start markers and parts without a receipt are gone. Hold the batch's lock."""
        for chunk in self.started():
            self.unmark(chunk)
        kept = "\n".join(json.dumps(receipt) for receipt in self.receipts().values())
        for name in (_PARTS, _QUARANTINE, _LOOKUPS, _RECEIPTS, "."):
            for file in self.disk.list(self.folder / name):
                unnamed = name in {_PARTS, _QUARANTINE} and f'"{name}/{file}"' not in kept
                if unnamed or file.endswith(_TEMPORARY):
                    self.disk.unlink(self.folder / name / file)

    def _unused(self) -> str:
        return f"{self.token}-{unused_name()}"

    def _put(self, path: str, payload: Any, *, rows: int, step: str = "") -> StoredFile:
        put(self.disk, self.folder / path, payload, step=step)
        return StoredFile(path, _sha256(payload), memoryview(payload).nbytes, rows)

    def _put_json(self, path: str, document: Mapping[str, Any], *, step: str = "") -> None:
        payload = json.dumps(document, indent=1, allow_nan=True).encode()
        put(self.disk, self.folder / path, payload, step=step)

    def _json(self, path: str) -> dict[str, Any] | None:
        """The document, or None if it is missing or torn."""
        try:
            document = json.loads(self.disk.read(self.folder / path))
        except (FileNotFoundError, ValueError, RecursionError):
            return None
        return document if isinstance(document, dict) else None


def _sha256(payload: Any) -> str:
    return hashlib.sha256(payload).hexdigest()
