"""Whether the log lacks commits that were made: what else stands there tells of them."""

from __future__ import annotations

from seawall.contracts import LogEntry
from seawall.disk import Disk
from seawall.errors import StorageError
from seawall.sinks.files.layout import Layout, written_for

__all__ = ["LOST", "RESTORE", "lost", "require_whole"]

LOST = "the log has lost commits"
RESTORE = "restore the log from a backup; nothing is published until then"


def lost(disk: Disk, layout: Layout, batch: str, newest: int) -> str:
    """Which file tells of commits after version `newest`, in words; '' where nothing does.

    A run writes the file of one version only when the version before it stands in the log, durably.
    """
    above = max(map(written_for, disk.list(layout.data(batch))), default=0)
    if above > newest + 1:
        return f"the log ends with version {newest}, and there is a file of version {above}"
    return ""


def require_whole(disk: Disk, layout: Layout, batch: str, newest: LogEntry | None) -> None:
    """Nothing tells of commits that the log lacks, else StorageError: numbers may not be given twice."""
    seen = lost(disk, layout, batch, 0 if newest is None else newest.version)
    if newest is None and disk.exists(layout.shown(batch)):
        seen = f"no entry, and readers see {layout.shown(batch)}"
    if seen:
        raise StorageError(
            LOST,
            str(layout.log(batch)),
            seen=seen,
            allowed="an entry for every commit",
            todo=f"{RESTORE}; where it was removed on purpose, move {layout.data(batch)} "
            f"and {layout.shown(batch)} away, too",
        )
