"""Between the lock and the first chunk: is it published already, can an earlier plan go on."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from seawall.contracts import ChunkRef, LogEntry, StoredFile
from seawall.outcome import ChunkReport, from_receipt
from seawall.plan import PinnedLookup, Plan
from seawall.plan.fingerprint import SAME_BATCH, changed
from seawall.running.order import Order
from seawall.sinks.files.sink import Claim
from seawall.staging import Shapes, Workspace

__all__ = [
    "chunks_of",
    "committed_plans",
    "document_of",
    "end_committed_plans",
    "finished_chunks",
    "report_of",
    "resumed",
    "same_batch",
]


def same_batch(fingerprint: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether both come from the same config, code, model and primary input."""
    return all(fingerprint.get(group) == other.get(group) for group in SAME_BATCH)


def end_committed_plans(claim: Claim) -> None:
    """No plan is open whose run committed and could not say so; its temporary names are gone, too."""
    for workspace in committed_plans(claim):
        workspace.sweep()
        workspace.put_outcome("committed")


def committed_plans(claim: Claim) -> list[Workspace]:
    """The plans that are open, or held, although the run that worked on them last has committed."""
    committed = {entry.run_id for entry in claim.entries()}
    pending = [*claim.plans(), *claim.held_plans()]
    return [workspace for workspace in pending if workspace.last_run() in committed]


def document_of(plan: Plan, order: Order, base: LogEntry | None) -> dict[str, Any]:
    """The plan as plan.json keeps it."""
    return {
        "run_id": order.run_id,
        "pipeline": plan.config.pipeline,
        "batch": plan.context.batch,
        "as_of": plan.context.as_of.isoformat(),
        "base": 0 if base is None else base.version,
        "details": dict(plan.details),
        "lookups": TypeAdapter(tuple[PinnedLookup, ...]).dump_python(plan.lookups, mode="json"),
        "repeats": None if plan.repeats is None else asdict(plan.repeats),
        "chunks": [asdict(ref) for ref in plan.chunks],
    }


def resumed(plan: Plan, workspace: Workspace) -> tuple[Plan | None, str]:
    """The plan that stands in the workspace, if it is this one; else None and what has changed."""
    document = workspace.plan()
    try:
        details = TypeAdapter(dict[str, str]).validate_python(document["details"])
        difference = changed(details, plan.details)
        if difference:
            return None, difference
        chunks = chunks_of(document)
        lookups = TypeAdapter(tuple[PinnedLookup, ...]).validate_python(document["lookups"])
        repeats = TypeAdapter(StoredFile | None).validate_python(document["repeats"])
        as_of = datetime.fromisoformat(document["as_of"])
    except (ValidationError, KeyError, ValueError, TypeError) as error:
        return None, f"the plan cannot be read: {type(error).__name__}"
    # A replay has the chunks that it has; a run may have cut its rows in other places.
    same = chunks == plan.chunks or _is_whole(chunks, plan.rows)
    if as_of.tzinfo is None or not same:
        return None, "the plan was changed since it was written"
    damaged = [lookup.name for lookup in lookups if not workspace.verify(lookup.file)]
    if damaged:
        return None, f"the pinned lookup {damaged[0]} is damaged"
    if repeats is not None and not workspace.verify(repeats):
        return None, "the list of repeated rows is damaged"
    context = replace(plan.context, as_of=as_of)
    pinned = replace(plan, chunks=chunks, lookups=lookups, repeats=repeats, context=context)
    return replace(pinned, shapes=workspace.shapes()[0]), ""


def _is_whole(chunks: Sequence[ChunkRef], rows: int) -> bool:
    """Whether the chunks follow each other from the batch's first row to its last."""
    ends = [0, *itertools.accumulate(ref.rows for ref in chunks)]
    begins = [ref.first_row for ref in chunks]
    return [*begins, rows] == ends and [ref.number for ref in chunks] == [*range(len(chunks))]


def finished_chunks(plan: Plan, workspace: Workspace) -> dict[str, ChunkReport]:
    """The chunks whose receipt holds: its key is the plan's, its part is there with its hash."""
    receipts, found = workspace.receipts(), {}
    shapes = workspace.shapes()[1]
    for ref in plan.chunks:
        report = report_of(receipts.get(ref.name), shapes)
        if report is None or (report.chunk, report.key) != (ref.name, plan.chunk_key(ref)):
            continue
        stored = [report.part, *([report.quarantine] if report.quarantine else [])]
        if all(workspace.verify(file) for file in stored):
            found[ref.name] = report
    return found


def chunks_of(document: Mapping[str, Any]) -> tuple[ChunkRef, ...]:
    """The chunks of a plan that was written down; ValidationError or KeyError when they are torn."""
    return TypeAdapter(tuple[ChunkRef, ...]).validate_python(document["chunks"])


def report_of(receipt: Mapping[str, Any] | None, shapes: Shapes) -> ChunkReport | None:
    """The report that the receipt holds; None when it is missing or none of ours."""
    if receipt is None:
        return None
    try:
        return from_receipt(receipt, shapes.columns)
    except (ValidationError, ValueError, TypeError, AttributeError):
        return None
