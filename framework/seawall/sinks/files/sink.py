"""The `files` sink: its promises are in CRASH_SAFETY, its parts in the modules beside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from seawall.contracts import LogEntry
from seawall.disk import Disk, unused_name
from seawall.errors import TemporaryError
from seawall.failpoints import reach
from seawall.sinks.files import log, preflight, view
from seawall.sinks.files.claim import Claim
from seawall.sinks.files.encode import Encoding, encoding_of
from seawall.sinks.files.layout import Format, Layout
from seawall.sinks.files.lock import Holder, hold, holder_of
from seawall.sinks.files.log import Draft
from seawall.sinks.files.lost import require_whole
from seawall.sinks.files.rollback import target
from seawall.sinks.files.waste import Waste, left_behind, old_profiles, unneeded
from seawall.staging import Workspace

if TYPE_CHECKING:
    pass

__all__ = ["Claim", "FilesSink"]


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class FilesSink:
    """One file a batch below `folder`; versions, locks and plans in `<folder>.seawall` beside it.

    `handover_s` is how long a reader that opens a file twice has for that; a Parquet file that is
    replaced waits twice as long. 0 replaces at once. `escape_formulas` is for CSV alone.
    """

    folder: Path
    format: Format = "parquet"
    keep_versions: int = 7
    handover_s: float = 0.25
    escape_formulas: bool = False
    disk: Disk = field(default_factory=Disk, compare=False)
    clock: Callable[[], datetime] = field(default=_now, compare=False)

    @property
    def layout(self) -> Layout:
        """Where everything stands."""
        return Layout(self.folder)

    @property
    def encoding(self) -> Encoding:
        """What the batches' files are written with."""
        if not self.escape_formulas:
            return encoding_of(self.format)
        from seawall.sinks.files.formulas import HarmlessCsvEncoder

        return HarmlessCsvEncoder

    def preflight(self) -> None:
        """The folder can keep the sink's promises, else StorageError."""
        preflight.probe(self.disk, self.layout)

    @contextmanager
    def claim(self, batch: str, holder: Holder) -> Iterator[Claim]:
        """The batch is this run's within; TemporaryError that names the holder if it is another's.

        StorageError where the log has lost commits.
        """
        with hold(self.disk, self.layout.lock(batch), holder):
            reach("1")
            base = log.newest(self.disk, self.layout, batch)
            require_whole(self.disk, self.layout, batch, base)
            if base is not None:  # its run may have been killed before it could
                log.settle(self.disk, self.layout, base)
            reach("2")
            yield Claim(self, batch, holder, base)

    def entries(self, batch: str) -> list[LogEntry]:
        """All commits of the batch, oldest first, without a lock."""
        return log.entries(self.disk, self.layout, batch)

    def newest_first(self) -> Iterator[LogEntry]:
        """The commits of all batches, by their time, read one by one as they are asked for."""
        return log.newest_first(self.disk, self.layout)

    def degraded_in_a_row(self) -> int:
        """How many of the newest runs that published were degraded, one right after the other.

        A rollback is no run, and a replay only adds to one.
        """
        own = (entry for entry in self.newest_first() if entry.kind != "rollback")
        runs = (entry for entry in own if entry.added_to is None)
        return sum(1 for _ in takewhile(lambda entry: entry.degraded_rows > 0, runs))

    def newest(self, batch: str) -> LogEntry | None:
        """The batch's newest commit, without a lock; StorageError where it is torn, or lost."""
        entry = log.newest(self.disk, self.layout, batch)
        require_whole(self.disk, self.layout, batch, entry)
        return entry

    def refresh_view(self, batch: str) -> None:
        """Readers see the batch's newest version, or another process is just seeing to it.

        The batch need not be claimed.
        """
        lock = self.layout.lock(f".view.{batch}")
        with suppress(TemporaryError), hold(self.disk, lock, Holder.here("refresh")):
            view.refresh(self.disk, self.layout, batch, pause_s=self.handover_s)

    def verify_view(self, batch: str) -> None:
        """Readers see the newest version with the bytes that were committed, else StorageError."""
        view.verify(self.disk, self.layout, batch)

    def find_plan(self, plan_id: str) -> Workspace | None:
        """The plan's folder, whatever its batch and outcome; None without one."""
        plans = self.layout.state / "plans"
        folders = (
            plans / batch / name
            for batch in self.disk.list(plans)
            for name in self.disk.list(plans / batch)
        )
        found = next(
            (folder for folder in folders if folder.name.partition(".")[2] == plan_id), None
        )
        return None if found is None else Workspace(found, unused_name(), self.disk)

    def last_runs(self) -> dict[str, tuple[str, str | None]]:
        """Of each run that has a plan's folder: its batch, and how that plan ended."""
        plans, found = self.layout.state / "plans", dict[str, tuple[str, str | None]]()
        for batch in self.disk.list(plans):
            for name in self.disk.list(plans / batch):
                space = Workspace(plans / batch / name, "", self.disk)
                run_id = space.last_run()
                if run_id is not None:
                    found[run_id] = batch, space.outcome()
        return found

    def rollback(
        self, batch: str, *, to: int | None = None, reason: str, by: str, run_id: str
    ) -> LogEntry:
        """The rows of an earlier version are live again: by default those that were live before.

        UsageError if they are live already, StorageError if their file is gone or damaged.
        """
        with self.claim(batch, Holder.here(run_id)) as claim:
            wanted = target(claim.entries(), to)
            claim.require_file(wanted)
            entry = claim.commit(self._going_back(wanted, reason=reason, by=by, run_id=run_id))
            claim.refresh_view()
            return entry

    def batches(self) -> list[str]:
        """Every batch that anything stands of, published or not, sorted."""
        folders = ("log", "data", "profiles", "plans", "tmp")
        state = self.layout.state
        named = {
            name
            for folder in folders
            for name in self.disk.list(state / folder)
            if self.disk.is_folder(state / folder / name)
        }
        return sorted(name for name in named if not name.startswith("."))

    def collect_garbage(self, now: datetime, holder: Holder) -> list[Waste]:
        """What was removed, of all batches that nobody works on."""
        removed: list[Waste] = []
        for batch in self.batches():
            with suppress(TemporaryError), self.claim(batch, holder) as claim:
                removed += claim.collect_garbage(now)
        return removed

    def waste(self, batch: str, now: datetime) -> list[Waste]:
        """What `collect_garbage` would remove of the batch; nothing of one that somebody works on."""
        disk, layout = self.disk, self.layout
        if holder_of(disk, layout.lock(batch)):
            return []
        old = unneeded(disk, layout, batch, keep=self.keep_versions, now=now)
        return [*left_behind(disk, layout, batch), *old]

    def old_profiles(self, now: datetime) -> list[Waste]:
        """What `collect_garbage` would remove of the profiles of batches that are long past."""
        return list(old_profiles(self.disk, self.layout, now=now))

    def _going_back(self, wanted: LogEntry, *, reason: str, by: str, run_id: str) -> Draft:
        return Draft(
            kind="rollback",
            commit_id=unused_name(),
            run_id=run_id,
            file=wanted.file,
            account=wanted.account,
            fingerprint=wanted.fingerprint,
            committed_at=self.clock(),
            findings=wanted.findings,
            degraded_rows=wanted.degraded_rows,
            degradations=wanted.degradations,
            lookups=wanted.lookups,
            input_schema=wanted.input_schema,
            profile=wanted.profile,
            reason=reason,
            by=by,
            to_version=wanted.version,
        )
