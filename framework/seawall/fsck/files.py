"""Published files and profiles: those that are kept are there, with every byte that was committed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from seawall.contracts import LogEntry, StoredFile
from seawall.disk import Disk
from seawall.errors import StorageError
from seawall.fsck.problem import Part, Problem, fault, note
from seawall.sinks.files.layout import Layout, file_format
from seawall.sinks.files.rollback import content
from seawall.sinks.files.waste import kept, left_behind, remembered

__all__ = ["examine_files", "leftovers", "wrong"]

_RESTORE = (
    "restore it from a backup, roll back, or run the batch again with --force; without a backup the "
    "version stays a fault for as long as publish.keep_versions keeps it"
)
_GONE = (
    "restore it from a backup; without one nobody can roll back to this version, and it stays a fault "
    "for as long as publish.keep_versions keeps the version"
)
_UNCOMPARED = (
    "restore it from a backup, or run the batch again with --force: later batches are not compared with "
    "this one meanwhile"
)
_NOT_LIVE = "nothing: the version is not live, so nothing is compared with it"
_TEMPORARY = ".tmp"
_OWN = re.compile(r"\d{8,}\.")


def wrong(disk: Disk, path: Path, stored: StoredFile) -> str:
    """How the file differs from what was stored, in words; '' where it does not."""
    try:
        size = disk.size(path)
        if size != stored.bytes:
            return f"{size:,} bytes"
        with disk.open(path) as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return "missing"
    except StorageError as error:
        return f"{error.what}: {error.seen}"
    return "" if found == stored.sha256 else f"sha256 {found}"


def examine_files(
    disk: Disk, layout: Layout, entries: Sequence[LogEntry], *, keep: int
) -> list[Problem]:
    """What is wrong with the files of the versions that are kept, and with their profiles."""
    if not entries:
        return []
    batch, living, live = entries[-1].batch, kept(entries, keep), content(entries[-1])
    found = list(_damaged(disk, layout, living, live))
    if any(entry.batch == batch for entry in remembered(disk, layout)):
        found += _undescribed(disk, layout, living, live)
    return [*found, *_unnamed(disk, layout, entries)]


def _damaged(
    disk: Disk, layout: Layout, entries: Iterable[LogEntry], live: int
) -> Iterator[Problem]:
    for entry in entries:
        path, stored = layout.published(entry), entry.file
        seen = wrong(disk, path, stored) or _lost_rows(disk, path, entry)
        if seen:
            yield fault(
                "data",
                entry.batch,
                f"the file of version {entry.version} is missing or damaged",
                path,
                seen=seen,
                allowed=f"{stored.bytes:,} bytes with sha256 {stored.sha256}, {stored.rows:,} rows",
                todo=_RESTORE if entry.version == live else _GONE,
            )


def _undescribed(
    disk: Disk, layout: Layout, entries: Iterable[LogEntry], live: int
) -> Iterator[Problem]:
    """Of a version that is not live a profile is needed only once somebody rolls back to it: a note."""
    for entry in entries:
        stored = entry.profile
        seen = "" if stored is None else wrong(disk, layout.state / stored.path, stored)
        if stored is None or not seen:
            continue
        what = f"the profile of version {entry.version} is missing or damaged"
        path, batch = layout.state / stored.path, entry.batch
        allowed = f"{stored.bytes:,} bytes with sha256 {stored.sha256}"
        if entry.version == live:
            yield fault("profiles", batch, what, path, seen=seen, allowed=allowed, todo=_UNCOMPARED)
        else:
            yield note("profiles", batch, what, path, seen=seen, todo=_NOT_LIVE)


def _lost_rows(disk: Disk, path: Path, entry: LogEntry) -> str:
    """How many rows a Parquet file has, if they are not those of the entry."""
    if file_format(entry) != "parquet":
        return ""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with disk.open(path) as file:
        try:
            rows: int = pq.read_metadata(file).num_rows
        except (pa.ArrowInvalid, OSError) as error:
            return f"no Parquet footer: {error}"
    return "" if rows == entry.file.rows else f"{rows:,} rows in its footer"


def _unnamed(disk: Disk, layout: Layout, entries: Sequence[LogEntry]) -> Iterator[Problem]:
    batch = entries[-1].batch
    named = {entry.file.path for entry in entries}
    named |= {entry.profile.path for entry in entries if entry.profile is not None}
    for part, folder in (("data", layout.data(batch)), ("profiles", layout.profiles(batch))):
        names = [name for name in disk.list(folder) if not name.endswith(_TEMPORARY)]
        unnamed = [name for name in names if f"{part}/{batch}/{name}" not in named]
        foreign = [name for name in unnamed if not _OWN.match(name)]
        orphans = [name for name in unnamed if _OWN.match(name)]
        if foreign:
            what, seen = "files that no run wrote", f"{len(foreign)}: {', '.join(foreign[:3])}"
            part_of: Part = "data" if part == "data" else "profiles"
            yield note(part_of, batch, what, folder, seen=seen, todo="move them away")
        if orphans:
            yield note(
                "data" if part == "data" else "profiles",
                batch,
                "files that no entry names, of runs that did not commit",
                folder,
                seen=f"{len(orphans)}: {', '.join(orphans[:3])}",
                todo="nothing: they are garbage, and go when they are old enough",
            )


def leftovers(disk: Disk, layout: Layout, batch: str) -> Iterator[Problem]:
    """A note for temporary names that a killed run left. Nobody may be at work on the batch."""
    found = list(left_behind(disk, layout, batch))
    if found:
        what = "temporary names that a killed run left"
        seen = f"{len(found)} names, {sum(waste.bytes for waste in found):,} bytes"
        todo = "nothing: the next run of the batch removes them"
        yield note("data", batch, what, found[0].path.parent, seen=seen, todo=todo)
