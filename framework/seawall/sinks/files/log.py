"""The truth about what is published: one file a commit, put in place only if nobody else was faster."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from seawall.contracts import Account, Finding, LogEntry, StoredFile
from seawall.disk import Disk, UnsyncedError
from seawall.durable import make_folders
from seawall.errors import StorageError, TemporaryError
from seawall.failpoints import reach
from seawall.sinks.files.layout import Layout

__all__ = [
    "Draft",
    "batches",
    "commit",
    "entries",
    "newest",
    "newest_first",
    "numbers",
    "read_entry",
]

_NUMBERED = re.compile(r"(\d{8,})\.json")
_OWN_NAME = r"/[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*"
_OWN_PATH, _OWN_PROFILE = re.compile(f"data{_OWN_NAME}"), re.compile(f"profiles{_OWN_NAME}")
"""What every published file is called: nothing that leads out of the sink's state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a commit says, before it has a number. The fields are LogEntry's."""

    kind: Literal["publish", "replay", "release", "rollback"]
    commit_id: str
    run_id: str
    file: StoredFile
    account: Account
    fingerprint: Mapping[str, str]
    committed_at: datetime
    findings: tuple[Finding, ...] = ()
    degraded_rows: int = 0
    degradations: Mapping[str, int] = field(default_factory=dict)
    lookups: Mapping[str, str] = field(default_factory=dict)
    input_schema: Mapping[str, str] = field(default_factory=dict)
    profile: StoredFile | None = None
    reason: str = ""
    by: str = ""
    to_version: int | None = None
    added_to: int | None = None

    def entry(self, batch: str, base: int) -> LogEntry:
        """The entry that follows version `base`."""
        said = {f.name: getattr(self, f.name) for f in fields(self)}
        return LogEntry(version=base + 1, batch=batch, base=base, **said)


def batches(disk: Disk, layout: Layout) -> list[str]:
    """Every batch that was ever published, sorted."""
    return [name for name in disk.list(layout.state / "log") if numbers(disk, layout, name)]


def newest(disk: Disk, layout: Layout, batch: str) -> LogEntry | None:
    """The batch's last commit; None before the first."""
    versions = numbers(disk, layout, batch)
    return read_entry(disk, layout, batch, versions[-1]) if versions else None


def newest_first(disk: Disk, layout: Layout) -> Iterator[LogEntry]:
    """The commits of all batches, by their time, read one by one as they are asked for.

    Costs one small file a batch before the first is there.
    """
    versions = {batch: numbers(disk, layout, batch) for batch in batches(disk, layout)}
    heads = [read_entry(disk, layout, batch, found.pop()) for batch, found in versions.items()]
    while heads:
        latest = max(heads, key=lambda entry: (entry.committed_at, entry.batch))
        yield latest
        heads.remove(latest)
        if versions[latest.batch]:
            heads.append(read_entry(disk, layout, latest.batch, versions[latest.batch].pop()))


def entries(disk: Disk, layout: Layout, batch: str) -> list[LogEntry]:
    """All commits of the batch, oldest first; StorageError if one is missing or torn."""
    versions = numbers(disk, layout, batch)
    missing = sorted(set(range(1, len(versions) + 1)) - set(versions))
    if missing:
        raise StorageError(
            "the log has a gap",
            str(_path(layout, batch, missing[0])),
            seen=f"{len(versions)} entries up to {versions[-1]}",
            allowed="every number from 1",
            todo="restore the file from a backup; nothing is published until then",
        )
    return [read_entry(disk, layout, batch, version) for version in versions]


def commit(disk: Disk, layout: Layout, entry: LogEntry) -> LogEntry:
    """The entry is the batch's newest, durably (6); TemporaryError if another run was faster.

    Its file must be complete and synced. Whoever asks again with the same commit id gets the entry
    that stands.
    """
    folder = layout.log(entry.batch)
    make_folders(disk, folder)
    make_folders(disk, layout.scratch(entry.batch))
    temporary = layout.temporary(entry.batch)
    try:
        _write(disk, temporary, entry)
        disk.fsync_folder(layout.published(entry).parent)
        reach("6d")
        standing = _put_if_absent(disk, layout, temporary, entry)
        settle(disk, layout, entry)
        reach("6f")
    finally:
        disk.unlink(temporary)
    reach("6g")
    return standing


def _write(disk: Disk, temporary: Path, entry: LogEntry) -> None:
    payload = _adapter().dump_json(entry, indent=1)
    with disk.create_new(temporary) as file:
        reach("6a")
        disk.write(file, payload)
        reach("6b")
        disk.fsync(file)
        reach("6c")


def _put_if_absent(disk: Disk, layout: Layout, temporary: Path, entry: LogEntry) -> LogEntry:
    """The entry that has the number now: ours, or TemporaryError."""
    target = _path(layout, entry.batch, entry.version)
    try:
        disk.link(temporary, target)
    except (FileExistsError, FileNotFoundError):  # not found: who took over swept our file away
        if not disk.exists(target):
            raise _swept(target) from None
        standing = read_entry(disk, layout, entry.batch, entry.version)
        if standing.commit_id != entry.commit_id:
            raise _lost(target, standing) from None
        return standing
    reach("6e")
    return entry


def _lost(target: Path, standing: LogEntry) -> TemporaryError:
    return TemporaryError(
        "another run won: it published this batch first",
        str(target),
        seen=f"run {standing.run_id} committed version {standing.version} at {standing.committed_at}",
        allowed=f"a commit on top of version {standing.base}",
        todo="run again; what is live now may already be what you want",
    )


def _swept(target: Path) -> TemporaryError:
    return TemporaryError(
        "another run of this batch took over",
        str(target),
        allowed="one run a batch at a time",
        todo="wait for it to end, then run again",
    )


def settle(disk: Disk, layout: Layout, entry: LogEntry) -> None:
    """The entry survives a power cut, whoever made it; TemporaryError if nobody can say so."""
    folder = layout.log(entry.batch)
    try:
        disk.fsync_folder(folder)
    except UnsyncedError as error:
        raise TemporaryError(
            f"version {entry.version} is visible, and nobody knows whether it survives a power cut",
            str(folder),
            seen=error.seen,
            todo="look at the disk, then run again: it says whether the version is there",
        ) from error


def numbers(disk: Disk, layout: Layout, batch: str) -> list[int]:
    """The numbers of the batch's entries, whether they can be read or not, in order."""
    matches = (_NUMBERED.fullmatch(name) for name in disk.list(layout.log(batch)))
    return sorted(int(match[1]) for match in matches if match)


def _path(layout: Layout, batch: str, version: int) -> Path:
    return layout.log(batch) / f"{version:08d}.json"


def read_entry(disk: Disk, layout: Layout, batch: str, version: int) -> LogEntry:
    """The entry; StorageError if it is torn, was changed, or leads out of the sink's state."""
    path = _path(layout, batch, version)
    try:
        entry = _adapter().validate_json(disk.read(path))
    except ValidationError as error:
        raise _torn(path, str(error.errors(include_url=False)[0]["msg"])) from None
    if (entry.batch, entry.version) != (batch, version):
        raise _torn(path, f"batch {entry.batch}, version {entry.version}")
    if entry.committed_at.tzinfo is None or not _OWN_PATH.fullmatch(entry.file.path):
        raise _torn(path, f"committed at {entry.committed_at}, file {entry.file.path}")
    if entry.profile is not None and not _OWN_PROFILE.fullmatch(entry.profile.path):
        raise _torn(path, f"profile {entry.profile.path}")
    return entry


def _torn(path: Path, seen: str) -> StorageError:
    return StorageError(
        "a log entry is torn or was changed",
        str(path),
        seen=seen,
        allowed="the entry as it was written",
        todo="restore the file from a backup; nothing is published until then",
    )


@cache
def _adapter() -> TypeAdapter[LogEntry]:
    return TypeAdapter(LogEntry)
