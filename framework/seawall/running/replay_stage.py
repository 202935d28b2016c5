"""A replay's folder: the version's parts and receipts, less what was taken, and what the plan pins."""

from __future__ import annotations

import secrets
from dataclasses import replace

from seawall.contracts import StoredFile
from seawall.outcome import ChunkReport, to_receipt
from seawall.plan import Plan
from seawall.quarantine import KeptRows, examples, kept_rows, serialized
from seawall.quarantine.source import Chosen
from seawall.running.claimed import document_of
from seawall.running.looked_up import look_up
from seawall.running.repeats import hold_unique
from seawall.running.staged import Staged, taken_up
from seawall.running.standing import Standing
from seawall.running.world import World
from seawall.sinks.files.sink import Claim
from seawall.staging import REPLAYED, Workspace

__all__ = ["stage_replay"]


def stage_replay(plan: Plan, live: Standing, chosen: Chosen, claim: Claim, world: World) -> Staged:
    """The interrupted replay if it is this one, else a new folder; the version's chunks are finished.

    Interrupted runs stay, for the next run to go on with. The folder needs nothing of the version's
    own any more.
    """
    replays = [space for space in claim.plans() if REPLAYED in space.plan()["details"]]
    earlier = taken_up(plan, replays, claim, world.teller)
    if earlier is not None:
        if all(ref.name in earlier.finished for ref in plan.chunks[: len(live.chunks)]):
            return earlier
        earlier.workspace.put_outcome(
            "abandoned"
        )  # killed while it took parts over, or one is damaged
    workspace = claim.open_plan(secrets.token_hex(6))
    plan = _pinned(plan, len(live.chunks), workspace, claim, world)
    plan = plan.with_shapes(workspace.put_shapes(live.workspace.shapes()[1]))
    workspace.put_plan(document_of(plan, world.order, claim.base))  # first: what has none is swept
    finished = {}
    for ref, (_, report) in zip(plan.chunks, live.chunks, strict=False):
        taken = _taken_over(report, (live.workspace, workspace), chosen, plan.primary.key)
        finished[ref.name] = replace(taken, chunk=ref.name, key=plan.chunk_key(ref))
        workspace.put_receipt(ref.name, to_receipt(finished[ref.name]))
    return Staged(plan, workspace, finished)


def _pinned(plan: Plan, old: int, workspace: Workspace, claim: Claim, world: World) -> Plan:
    """The plan with its lookups, asked for the keys of the new chunks alone, and repeats among these.

    What lookups answer is no last known good.
    """
    again = replace(plan, chunks=plan.chunks[old:])
    found = look_up(again, workspace, claim, world)
    again = again.with_lookups(tuple(replace(pinned, good=False) for pinned in found))
    return replace(hold_unique(again, workspace, world), chunks=plan.chunks)


def _taken_over(
    report: ChunkReport, spaces: tuple[Workspace, Workspace], chosen: Chosen, key: str
) -> ChunkReport:
    """The report without the rows that are taken; its files stand in the second folder, too."""
    theirs, ours = spaces
    ours.share(theirs, report.part)
    if report.quarantine is None:
        return report
    rows = kept_rows(theirs.path(report.quarantine))
    mask = chosen.of(rows)
    if not any(mask):
        ours.share(theirs, report.quarantine)
        return report
    left = rows.only([not taken for taken in mask])
    warned = [one for one in report.examples if one.reason not in report.quarantined]
    return replace(
        _lighter(report, rows.only(mask)),
        quarantined=left.reasons(),
        quarantine=_stored(left, report.chunk, ours),
        examples=(*examples(left, key=key), *warned),
    )


def _lighter(report: ChunkReport, taken: KeptRows) -> ChunkReport:
    """The counts without the taken rows; nulls were counted in those that validate has seen."""
    account, rows = report.account, len(taken)
    seen = taken.only([s != "ingest" for s in taken.told.column("stage").to_pylist()]).given
    nulls = {name: seen.column(name).null_count for name in seen.column_names}
    return replace(
        report,
        account=replace(account, read=account.read - rows, quarantined=account.quarantined - rows),
        nulls={name: max(0, n - nulls.get(name, 0)) for name, n in report.nulls.items()},
    )


def _stored(left: KeptRows, chunk: str, workspace: Workspace) -> StoredFile | None:
    if not len(left):
        return None
    return workspace.put_quarantine(chunk, serialized(left), rows=len(left))
