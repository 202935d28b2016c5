"""What must be true of a sink after whatever happened, read without the framework's own readers."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from seawall.disk import Disk
from seawall.fsck import examine
from seawall.sinks.files import FilesSink
from tests.crash.protocol import BATCH, Told

__all__ = ["faults", "log", "outcome", "rows_of", "shown", "wrongs"]

Entry = dict[str, Any]


def wrongs(disk: Disk, folder: Path, told: Told, *, batch: str = BATCH) -> Iterator[str]:
    """Each promise that is broken; nothing where all are kept."""
    try:
        entries = log(disk, folder, batch)
    except ValueError as torn:
        yield f"a log entry is torn: {torn}"
        return
    yield from _lost(entries, told)
    yield from _unsound(disk, folder, entries)
    yield from _unread(disk, folder, entries, told, batch)
    yield from _unfinished(disk, told)


def faults(sink: FilesSink) -> list[str]:
    """What `seawall fsck` calls a fault."""
    return [str(problem) for problem in examine(sink) if problem.severity == "fault"]


def outcome(disk: Disk, folder: Path, batch: str = BATCH) -> tuple[object, ...]:
    """What readers get, and what the log says but for times and names that nobody used before."""
    entries = [
        (entry["kind"], entry["run_id"], entry["base"]) for entry in log(disk, folder, batch)
    ]
    return shown(disk, folder, batch), tuple(entries)


def log(disk: Disk, folder: Path, batch: str = BATCH) -> list[Entry]:
    """The batch's entries; ValueError for one that can't be read."""
    at = _state(folder) / "log" / batch
    return [json.loads(disk.read(at / name)) for name in disk.list(at)]


def shown(disk: Disk, folder: Path, batch: str = BATCH) -> bytes | None:
    """The bytes that readers of the batch get; None if there is no file yet."""
    at = folder / f"batch={batch}"
    names = disk.list(at)
    return disk.read(at / names[0]) if names else None


@lru_cache(maxsize=4096)
def rows_of(payload: bytes) -> tuple[tuple[int, int], ...] | None:
    """The rows of a Parquet file; None if it is none."""
    try:
        table = pq.read_table(io.BytesIO(payload)).to_pydict()
    except Exception:  # noqa: BLE001 - whatever a reader stumbles over
        return None
    return tuple(zip(table["value"], table["chunk"], strict=True))


def _lost(entries: list[Entry], told: Told) -> Iterator[str]:
    """Versions follow each other; what was reported stands; nothing stands that nobody asked for."""
    if [entry["version"] for entry in entries] != list(range(1, len(entries) + 1)):
        yield f"the log has a gap: {[entry['version'] for entry in entries]}"
    standing = {entry["version"]: entry["commit_id"] for entry in entries}
    for entry in told.commits:
        if standing.get(entry.version) != entry.commit_id:
            yield f"version {entry.version} was reported as published, and is gone"
    known = {entry.commit_id for entry in told.commits} | told.tried
    foreign = [
        e["version"] for e in entries if e["kind"] != "rollback" and e["commit_id"] not in known
    ]
    if foreign:
        yield f"versions that nobody committed: {foreign}"


def _unsound(disk: Disk, folder: Path, entries: list[Entry]) -> Iterator[str]:
    """The live file is whole, and the rows of every version add up."""
    for entry in entries:
        account = entry["account"]
        rest = account["published"] + account["quarantined"] + account["filtered"]
        if account["read"] != rest or account["published"] != entry["file"]["rows"]:
            yield f"version {entry['version']} lost rows: {account}"
    for entry in entries[-1:]:
        for file in (entry["file"], entry["profile"]):
            payload = _read(disk, _state(folder) / file["path"])
            if hashlib.sha256(payload).hexdigest() != file["sha256"]:
                yield f"version {entry['version']} is committed, and {file['path']} is not whole"


def _unread(
    disk: Disk, folder: Path, entries: list[Entry], told: Told, batch: str
) -> Iterator[str]:
    """Readers get the rows of the newest version, or of one before that was shown, whole."""
    payload = shown(disk, folder, batch)
    if payload is None:
        if told.shown:
            yield f"version {told.shown} was shown, and readers find no file"
        return
    rows = rows_of(payload)
    allowed = [entry for entry in entries if entry["version"] >= told.shown]
    if hashlib.sha256(payload).hexdigest() in [entry["file"]["sha256"] for entry in allowed]:
        return
    files = [_read(disk, _state(folder) / entry["file"]["path"]) for entry in allowed]
    if rows is None or rows not in [rows_of(file) for file in files]:
        yield f"readers get {rows}, which is no version from {told.shown} on"


def _unfinished(disk: Disk, told: Told) -> Iterator[str]:
    """A chunk that was reported as finished need not be computed again."""
    for receipt, part in told.receipts.items():
        plan = receipt.parents[1]
        if not disk.exists(plan):  # its plan has ended, and is garbage
            continue
        whole = hashlib.sha256(_read(disk, plan / part.path)).hexdigest() == part.sha256
        if not disk.exists(receipt) or not whole:
            yield f"chunk {receipt.stem} was reported as finished, and has to be computed again"


def _read(disk: Disk, path: Path) -> bytes:
    try:
        return disk.read(path)
    except FileNotFoundError:
        return b""


def _state(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.seawall")
