"""Published files and profiles: those that are kept are there, with every byte that was committed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from seawall.contracts import LogEntry, StoredFile
from seawall.disk import Disk
from seawall.errors import StorageError
from seawall.fsck.problem import Part, Problem, fault, note
from seawall.sinks.files.layout import Layout, file_format
from seawall.sinks.files.waste import kept, left_behind, remembered

__all__ = ["examine_files", "leftovers", "wrong"]

_RESTORE = "restore it from a backup, roll back, or run the batch again with --force"
_TEMPORARY = ".tmp"


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
    batch, living = entries[-1].batch, kept(entries, keep)
    found = list(_damaged("data", layout, living, disk))
    if any(entry.batch == batch for entry in remembered(disk, layout)):
        found += _damaged("profiles", layout, living, disk)
    return [*found, *_unnamed(disk, layout, entries)]


def _damaged(
    part: Part, layout: Layout, entries: Iterable[LogEntry], disk: Disk
) -> Iterator[Problem]:
    files = {entry.file.path: entry for entry in entries}  # a rollback names the same file again
    for entry in files.values():
        stored = entry.file if part == "data" else entry.profile
        if stored is None:
            continue
        path = layout.state / stored.path
        seen = wrong(disk, path, stored) or (
            _lost_rows(disk, path, entry) if part == "data" else ""
        )
        if seen:
            yield fault(
                part,
                entry.batch,
                f"the {'file' if part == 'data' else 'profile'} of version {entry.version} is missing or damaged",
                path,
                seen=seen,
                allowed=f"{stored.bytes:,} bytes with sha256 {stored.sha256}, {stored.rows:,} rows",
                todo=_RESTORE
                if part == "data"
                else "restore it from a backup, or run the batch "
                "again with --force: later batches are not compared with this one meanwhile",
            )


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
        orphans = [name for name in names if f"{part}/{batch}/{name}" not in named]
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
