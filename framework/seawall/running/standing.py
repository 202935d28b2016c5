"""The version that a replay stands on: its commit, and the folder of the plan that made it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from seawall.contracts import Account, ChunkRef, LogEntry, StoredFile
from seawall.errors import StorageError, UsageError
from seawall.outcome import ChunkReport
from seawall.running.claimed import chunks_of, report_of
from seawall.running.order import Replay
from seawall.sinks.files.rollback import added_to
from seawall.sinks.files.sink import Claim
from seawall.staging import Workspace

__all__ = ["Standing", "standing"]


@dataclass(frozen=True, slots=True)
class Standing:
    """What is live of the batch: its entry, the folder of its plan, and the plan's finished chunks."""

    entry: LogEntry
    workspace: Workspace
    chunks: tuple[tuple[ChunkRef, ChunkReport], ...]

    @property
    def kept(self) -> Iterator[StoredFile]:
        """The files of the rows in quarantine."""
        return (r.quarantine for _, r in self.chunks if r.quarantine is not None)

    def columns(self) -> list[str] | None:
        """The columns of the version's parts; None where it has no rows."""
        part = next((report.part for _, report in self.chunks if report.part.rows), None)
        if part is None:
            return None
        with pa.memory_map(str(self.workspace.path(part))) as file:
            return list(pa.ipc.open_file(file).schema.names)


def standing(claim: Claim, replay: Replay) -> Standing:
    """What is live, if it is what the run published, or what replays made of that.

    UsageError when it is not, StorageError when files of the version's plan are gone or damaged.
    """
    entries = claim.entries()
    if not entries:
        raise UsageError(
            "the run cannot be replayed",
            f"batch {claim.batch}",
            f"nothing is published of this batch in {claim.sink.folder}",
            "a run whose version is live",
            "run the batch again",
        )
    line = added_to(entries)
    if not any(replay.run_id == e.run_id or replay.version == e.version for e in line):
        raise _not_live(entries, line[0], replay)
    claim.require_file(line[0])
    workspace = claim.plan_of(line[0].run_id)
    if workspace is None or not workspace.has_plan():
        raise _gone(line[0], "its plan's folder is gone")
    found = Standing(line[0], workspace, tuple(_chunks(line[0], workspace)))
    account = sum((report.account for _, report in found.chunks), Account())
    if account != line[0].account:
        raise _gone(line[0], f"the chunks add up to: {account}")
    return found


def _chunks(entry: LogEntry, workspace: Workspace) -> Iterator[tuple[ChunkRef, ChunkReport]]:
    receipts, shapes = workspace.receipts(), workspace.shapes()[1]
    for ref in chunks_of(workspace.plan()):
        report = report_of(receipts.get(ref.name), shapes)
        if report is None:
            raise _gone(entry, f"the receipt of chunk {ref.name} is missing or torn")
        for file in (report.part, report.quarantine):
            if file is not None and not workspace.verify(file):
                raise _gone(entry, f"{workspace.path(file)} is missing or damaged")
        yield ref, report


def _not_live(entries: Sequence[LogEntry], live: LogEntry, replay: Replay) -> UsageError:
    own = [entry for entry in entries if entry.run_id == replay.run_id]
    seen = f"version {live.version}, of run {live.run_id}, is live"
    what = "another version is live" if own or replay.version else "the run published nothing"
    return UsageError(
        f"the run cannot be replayed: {what}",
        f"run {replay.run_id}, batch {live.batch}",
        seen,
        "a run whose version is live, or was added to by replays alone",
        f"seawall replay {live.run_id}, or run the batch again",
    )


def _gone(entry: LogEntry, seen: str) -> StorageError:
    return StorageError(
        "what a replay needs of the version is not there any more",
        f"version {entry.version} of batch {entry.batch}",
        seen,
        "the plan's folder as the run left it",
        "run the batch again",
    )
