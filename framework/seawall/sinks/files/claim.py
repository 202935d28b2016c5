"""A batch that a run has to itself: what it may do with it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from seawall.contracts import LogEntry, StoredFile
from seawall.disk import unused_name
from seawall.durable import put
from seawall.errors import StorageError, TemporaryError
from seawall.sinks.files import described, garbage, log, preflight, view
from seawall.sinks.files.layout import is_plan
from seawall.sinks.files.lock import Holder, hold, hold_patiently
from seawall.sinks.files.log import Draft
from seawall.sinks.files.rollback import content
from seawall.sinks.files.version import VersionWriter, version_path
from seawall.sinks.files.waste import Waste
from seawall.staging import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

    from seawall.sinks.files.sink import FilesSink

__all__ = ["Claim"]


@dataclass(frozen=True, slots=True)
class Claim:
    """A batch that is this run's for now. `base` is the newest commit when the claim was made."""

    sink: FilesSink
    batch: str
    holder: Holder
    base: LogEntry | None

    def entries(self) -> list[LogEntry]:
        """All commits of the batch, oldest first."""
        return self.sink.entries(self.batch)

    def plans(self) -> list[Workspace]:
        """The batch's interrupted plans, newest first."""
        spaces = [self._workspace(name) for name in reversed(self._plan_names())]
        return [space for space in spaces if space.has_plan() and space.outcome() is None]

    def held_plans(self) -> list[Workspace]:
        """The batch's plans that the gate refused, and nobody has released, newest first."""
        spaces = [self._workspace(name) for name in reversed(self._plan_names())]
        return [space for space in spaces if space.has_plan() and space.outcome() == "held"]

    def open_plan(self, plan_id: str) -> Workspace:
        """The plan's folder, made if it isn't there; from now on this run's attempt at it."""
        names = self._plan_names()
        known = [name for name in names if name.partition(".")[2] == plan_id]
        sequence = 1 + max((int(name.partition(".")[0]) for name in names), default=0)
        space = self._workspace(known[0] if known else f"{sequence:08d}.{plan_id}")
        space.prepare()
        attempt = {"run_id": self.holder.run_id, "at": self.holder.started_at.isoformat()}
        put(self.sink.disk, space.folder / "attempt.json", json.dumps(attempt).encode())
        return space

    def plan_of(self, run_id: str) -> Workspace | None:
        """The plan that the run worked on last; None when its folder is gone."""
        spaces = (self._workspace(name) for name in reversed(self._plan_names()))
        return next((space for space in spaces if space.last_run() == run_id), None)

    def unattributed(self) -> list[Path]:
        """The records of plans that do not say any more which run worked on them, newest first."""
        spaces = [self._workspace(name) for name in reversed(self._plan_names())]
        return [space.folder / "attempt.json" for space in spaces if space.last_run() is None]

    def require_room(self, rows: int) -> None:
        """There is room for so many rows, as large as before; else StorageError. A first run is believed."""
        like = self.base or next(self.sink.newest_first(), None)
        if like is not None and not self.plans():  # parts of an interrupted plan are there already
            preflight.require_room(self.sink.disk, self.sink.layout, rows, like)

    def version_writer(self, schema: pa.Schema) -> VersionWriter:
        """What writes the batch's next file."""
        layout, form = self.sink.layout, self.sink.format
        path = version_path(layout.data(self.batch), self._base_version + 1, form)
        return VersionWriter(self.sink.disk, layout.state, path, schema, self.sink.encoding)

    def keep_profile(self, payload: bytes) -> StoredFile:
        """What the next version's rows are like stands beside where its file will."""
        sink = self.sink
        return described.keep(
            sink.disk, sink.layout, self.batch, self._base_version + 1, payload=payload
        )

    def commit(self, draft: Draft) -> LogEntry:
        """The draft is the batch's newest entry, durably; TemporaryError if another run was faster."""
        entry = draft.entry(self.batch, self._base_version)
        return log.commit(self.sink.disk, self.sink.layout, entry)

    def refresh_view(self) -> None:
        """Readers see the newest version."""
        sink = self.sink
        with hold_patiently(sink.disk, sink.layout.lock(f".view.{self.batch}"), self.holder):
            if not view.refresh(sink.disk, sink.layout, self.batch, pause_s=sink.handover_s):
                view.settle(sink.disk, sink.layout, self.batch)

    def sweep(self) -> None:
        """The batch's temporary names are gone."""
        garbage.sweep(self.sink.disk, self.sink.layout, self.batch)

    def sweep_plans(self) -> None:
        """Plans that were killed before they were written down are gone; this run has none yet."""
        garbage.sweep_plans(self.sink.disk, self.sink.layout, self.batch)

    def collect_garbage(self, now: datetime) -> list[Waste]:
        """What was removed of this batch; nothing while somebody else collects."""
        sink = self.sink
        disk, layout = sink.disk, sink.layout
        try:
            with hold(disk, layout.lock(".gc"), self.holder):
                removed = garbage.sweep(disk, layout, self.batch)
                removed += garbage.collect(
                    disk, layout, self.batch, keep=sink.keep_versions, now=now
                )
                return removed + garbage.collect_profiles(disk, layout, now=now)
        except TemporaryError:
            return []

    def require_file(self, entry: LogEntry) -> None:
        """The entry's file is there, whole; else StorageError that says which versions are."""
        disk, layout = self.sink.disk, self.sink.layout
        if view.intact(disk, layout, entry):
            return
        own = (e for e in self.entries() if content(e) == e.version)
        there = [str(e.version) for e in own if view.intact(disk, layout, e)]
        raise StorageError(
            f"the file of version {entry.version} is gone or damaged",
            str(layout.published(entry)),
            allowed=f"versions that are whole: {', '.join(there) or 'none'}",
            todo=("choose one of them with --to, or " if there else "") + "run the batch again",
        )

    @property
    def _base_version(self) -> int:
        return 0 if self.base is None else self.base.version

    def _plan_names(self) -> list[str]:
        names = self.sink.disk.list(self.sink.layout.plans(self.batch))
        return [name for name in names if is_plan(name)]

    def _workspace(self, name: str) -> Workspace:
        folder = self.sink.layout.plans(self.batch) / name
        return Workspace(folder, unused_name(), self.sink.disk)
