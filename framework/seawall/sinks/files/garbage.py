"""Removing what `waste` finds: at once where half of it could be taken for a whole."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from seawall.disk import Disk
from seawall.durable import make_folders, remove_tree
from seawall.errors import StorageError
from seawall.failpoints import reach
from seawall.sinks.files.layout import Layout
from seawall.sinks.files.waste import (
    PROFILES_KEPT,
    Waste,
    left_behind,
    old_profiles,
    unbegun_plans,
    unneeded,
)

__all__ = ["collect", "collect_profiles", "sweep", "sweep_plans"]


def sweep(disk: Disk, layout: Layout, batch: str) -> list[Waste]:
    """The batch's temporary names are gone. Hold its lock."""
    return _removed(disk, layout, left_behind(disk, layout, batch))


def sweep_plans(disk: Disk, layout: Layout, batch: str) -> list[Waste]:
    """Plans that were never written down are gone.

    Hold the batch's lock, and have no plan of your own yet.
    """
    return _removed(disk, layout, unbegun_plans(disk, layout, batch))


def collect(disk: Disk, layout: Layout, batch: str, *, keep: int, now: datetime) -> list[Waste]:
    """What was removed: all that is unneeded of the batch. Hold its lock.

    A version's profile goes when its file is gone for good: a file that a power cut brings back could be
    brought back by a person, too.
    """
    removed, settled = [], False
    for waste in list(unneeded(disk, layout, batch, keep=keep, now=now)):
        if not settled and waste.path.parent == layout.profiles(batch):
            disk.fsync_folder(layout.data(batch))
            settled = True
        removed += _removed(disk, layout, [waste])
        reach("8a")
    return removed


def collect_profiles(
    disk: Disk, layout: Layout, *, now: datetime, keep: int = PROFILES_KEPT
) -> list[Waste]:
    """What was removed of batches that nobody is compared with. Hold the collectors' lock."""
    return _removed(disk, layout, old_profiles(disk, layout, now=now, keep=keep))


def _removed(disk: Disk, layout: Layout, found: Iterable[Waste]) -> list[Waste]:
    gone = list(found)
    for waste in gone:
        _remove(disk, layout, waste.path)
    return gone


def _remove(disk: Disk, layout: Layout, path: Path) -> None:
    if not disk.is_folder(path):
        disk.unlink(path)
    elif path.parent.parent == layout.state / "plans":
        _remove_plan(disk, layout, path)
    else:
        with suppress(StorageError):  # somebody still writes into it: the next sweep removes it
            remove_tree(disk, path)


def _remove_plan(disk: Disk, layout: Layout, folder: Path) -> None:
    """The plan is gone at once and for good: half of one, without its outcome, would be resumed."""
    batch = folder.parent.name
    make_folders(disk, layout.scratch(batch))
    discarded = layout.temporary(batch)
    disk.rename(folder, discarded)
    disk.fsync_folder(folder.parent)
    _remove(disk, layout, discarded)
