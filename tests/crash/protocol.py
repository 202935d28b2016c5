"""What a run asks of the sink, step by step, and what it has been told is safe."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from seawall.contracts import Account, LogEntry, StoredFile
from seawall.disk import Disk, unused_name
from seawall.errors import DataError, StorageError
from seawall.running.claimed import end_committed_plans
from seawall.sinks.files import Claim, Draft, FilesSink, Holder, rolled_back_fingerprints
from seawall.staging import Workspace

__all__ = [
    "BATCH",
    "FOLDER",
    "MORNING",
    "Told",
    "Work",
    "hold",
    "publish",
    "release",
    "roll_back",
    "sink_on",
]

BATCH = "2013-07-01"
FOLDER = Path("/out/delays")
MORNING = datetime(2026, 1, 1, 6, tzinfo=UTC)
_CHUNKS = 2


@dataclass(frozen=True, slots=True)
class Work:
    """A run: its rows all say `value`; two runs with one value have the same input."""

    value: int
    run: str = ""
    at: datetime = MORNING
    batch: str = BATCH

    @property
    def run_id(self) -> str:
        """The run's name."""
        return self.run or f"run-{self.value}"

    @property
    def holder(self) -> Holder:
        """Who holds the lock while it works."""
        return replace(Holder.here(self.run_id), started_at=self.at)


@dataclass(slots=True)
class Told:
    """What the sink has reported, so that it may not be lost; and what it was asked for.

    `tried` are the ids of the commits that were begun, `shown` the version that readers must see at
    least, `receipts` the finished chunks with their parts.
    """

    commits: list[LogEntry] = field(default_factory=list)
    tried: set[str] = field(default_factory=set)
    shown: int = 0
    receipts: dict[Path, StoredFile] = field(default_factory=dict)
    reused: int = 0

    def copy(self) -> Told:
        """The same, to go on from here in another world."""
        return Told(
            list(self.commits), set(self.tried), self.shown, dict(self.receipts), self.reused
        )

    def confirmed(self, claim: Claim) -> None:
        """The newest version is reported as published already."""
        assert claim.base is not None
        if claim.base not in self.commits:
            self.commits.append(claim.base)
        self.shown = max(self.shown, claim.base.version)

    def committed(self, claim: Claim, draft: Draft) -> LogEntry:
        """The draft is committed, and then shown to readers."""
        self.tried.add(draft.commit_id)
        entry = claim.commit(draft)
        if entry not in self.commits:
            self.commits.append(entry)
        claim.refresh_view()
        self.shown = entry.version
        return entry


def sink_on(disk: Disk, folder: Path = FOLDER, *, keep: int = 2, pause_s: float = 0.0) -> FilesSink:
    """A Parquet sink on the disk."""
    return FilesSink(folder, "parquet", keep, pause_s, False, disk)


def publish(
    sink: FilesSink, work: Work, told: Told, *, meanwhile: Callable[[], None] = lambda: None
) -> None:
    """The work is published, or was already: what a run does, from the claim to the garbage.

    `meanwhile` is what others do just before the commit.
    """
    with sink.claim(work.batch, work.holder) as claim:
        claim.sweep()
        claim.refresh_view()
        end_committed_plans(claim)
        if _is_published(claim, work):
            told.confirmed(claim)
            return
        plan = _staged(claim, work, told)
        draft = _draft(claim, plan, work, kind="publish")
        meanwhile()
        told.committed(claim, draft)
        plan.put_outcome("committed", at=work.at)
        claim.collect_garbage(work.at)


def hold(sink: FilesSink, work: Work, told: Told) -> None:
    """The work is finished and not published: its plan waits for a person's word."""
    with sink.claim(work.batch, work.holder) as claim:
        claim.sweep()
        _staged(claim, work, told).put_outcome("held", at=work.at)


def release(sink: FilesSink, work: Work, told: Told) -> None:
    """A held plan's parts are published on a person's word, once."""
    with sink.claim(work.batch, work.holder) as claim:
        claim.sweep()
        claim.refresh_view()
        plan = claim.plan_of(work.run_id)
        published = work.run_id in {entry.run_id for entry in claim.entries()}
        if plan is None or plan.outcome() != "held" or published:
            return
        told.committed(claim, _draft(claim, plan, work, kind="release"))
        plan.put_outcome("committed", at=work.at)


def roll_back(sink: FilesSink, told: Told, *, to: int, at: datetime = MORNING) -> None:
    """The version's rows are live again, as a new entry, once."""
    entries = sink.entries(BATCH)
    if entries[-1].to_version == to:
        sink.refresh_view(BATCH)
        return
    entry = replace(sink, clock=lambda: at).rollback(
        BATCH, to=to, reason="wrong", by="ann", run_id=f"back-{len(entries)}"
    )
    told.commits.append(entry)
    told.shown = entry.version


def _is_published(claim: Claim, work: Work) -> bool:
    """As a run decides it; DataError for what a person rolled back."""
    if {"input": str(work.value)} in rolled_back_fingerprints(claim.entries()):
        raise DataError("this version was rolled back")
    if claim.base is None or claim.base.fingerprint != {"input": str(work.value)}:
        return False
    try:
        claim.require_file(claim.base)
    except StorageError:
        return False
    return True


def _staged(claim: Claim, work: Work, told: Told) -> Workspace:
    """Both chunks are finished; those of an interrupted plan of the same input are reused."""
    plan = _taken_up(claim, work)
    for number in range(_CHUNKS):
        chunk = f"{number:06d}"
        if _stands(plan, chunk):
            told.reused += 1
            continue
        payload = json.dumps({"value": work.value, "chunk": number}).encode()
        part = plan.put_part(chunk, payload, rows=1)
        plan.put_receipt(chunk, {"part": asdict(part)})
        told.receipts[plan.folder / "receipts" / f"{chunk}.json"] = part
    return plan


def _taken_up(claim: Claim, work: Work) -> Workspace:
    for plan in claim.plans():
        if plan.plan()["value"] == work.value:
            taken = claim.open_plan(plan.plan_id)
            taken.sweep()
            return taken
        plan.put_outcome("abandoned", at=work.at)
    claim.sweep_plans()
    made = claim.open_plan(unused_name())
    made.put_plan({"value": work.value})
    return made


def _stands(plan: Workspace, chunk: str) -> bool:
    """Whether the chunk's receipt names a part that is whole."""
    receipt = plan.receipts().get(chunk)
    return receipt is not None and plan.verify(_part(receipt))


def _part(receipt: dict[str, Any]) -> StoredFile:
    return StoredFile(**receipt["part"])


def _draft(claim: Claim, plan: Workspace, work: Work, *, kind: str) -> Draft:
    """The parts joined to a file; the account is what was really read from them."""
    parts = [_part(receipt) for receipt in plan.receipts().values()]
    rows = [json.loads(plan.disk.read(plan.path(part))) for part in parts]
    profile = claim.keep_profile(json.dumps({"value": work.value}).encode())
    writer = claim.version_writer(_schema())
    try:
        for row in rows:
            writer.write(pa.table({name: [row[name]] for name in _schema().names}, _schema()))
        file = writer.close()
    except BaseException:
        writer.abandon()
        raise
    return Draft(
        kind="release" if kind == "release" else "publish",
        commit_id=unused_name(),
        run_id=work.run_id,
        file=file,
        account=Account(_CHUNKS, len(rows)),
        fingerprint={"input": str(work.value)},
        committed_at=work.at,
        profile=profile,
    )


@cache
def _schema() -> pa.Schema:
    return pa.schema({"value": pa.int64(), "chunk": pa.int64()})
