"""A chunk in whichever worker it runs: what came of it is a value."""

from __future__ import annotations

import time

import numpy as np
import pyarrow as pa

from seawall.chunk.reported import reported
from seawall.chunk.stages import Passed, Watch, ingested_into, sieve_of, through_stages
from seawall.chunk.values import as_value
from seawall.contracts import ChunkRef
from seawall.outcome import ChunkFailure, ChunkReport, to_receipt
from seawall.part import part_of
from seawall.plan import Plan
from seawall.profiles import Profile
from seawall.runtime import Runtime, intake_of, runtime_of
from seawall.stages.ingest import Ingested
from seawall.stages.sifting import Sieve
from seawall.stages.validate import Validated
from seawall.staging import Workspace

__all__ = ["left_out", "score", "score_piece"]


def score(
    plan: Plan, workspace: Workspace, ref: ChunkRef, *, threads: int = 1
) -> ChunkReport | ChunkFailure:
    """The chunk is scored, its part and its receipt are stored; a failure comes back as a value.

    The model computes with so many threads a call.
    """

    def work() -> ChunkReport:
        workspace.mark_started(ref.name)
        report = _scored(plan, workspace, ref, runtime_of(plan, workspace, threads=threads))
        workspace.put_receipt(ref.name, to_receipt(report))
        workspace.unmark(ref.name)
        return report

    return as_value(work, ref)


def score_piece(
    plan: Plan, workspace: Workspace, ref: ChunkRef, *, threads: int = 1
) -> ChunkReport | ChunkFailure:
    """The stretch of a chunk is scored and its part is stored, without a receipt; failures are values."""
    return as_value(
        lambda: _scored(plan, workspace, ref, runtime_of(plan, workspace, threads=threads)), ref
    )


def left_out(
    plan: Plan, workspace: Workspace, ref: ChunkRef, *, reason: str, note: str
) -> ChunkReport | ChunkFailure:
    """The rows are read and in quarantine for this reason, whatever they are; their part has no columns."""

    def work() -> ChunkReport:
        begun, sieve = time.perf_counter(), sieve_of(plan, ref)
        ingested, _ = ingested_into(sieve, plan, intake_of(plan, workspace).tables, ref)
        rows = len(sieve.frame)
        sieve.set_aside(np.ones(rows, dtype=bool), "worker", reason, notes=[note] * rows)
        seen = _nothing(sieve, ingested)
        return reported(plan, workspace, ref, seen, (_no_columns(), (), begun))

    return as_value(work, ref)


def _scored(plan: Plan, workspace: Workspace, ref: ChunkRef, runtime: Runtime) -> ChunkReport:
    begun, watch = time.perf_counter(), Watch()
    seen = through_stages(plan, ref, runtime, watch)
    part = part_of(seen.sieve.frame, plan, seen.provenance)
    return reported(plan, workspace, ref, seen, (part, tuple(watch.stages), begun))


def _nothing(sieve: Sieve, ingested: Ingested) -> Passed:
    """What is seen of a chunk of which no row stays."""
    nobody = ingested.provenance.of(sieve.frame.index)
    validated = Validated(warned={}, nulls={}, foreign={})
    return Passed(sieve, validated, Profile(0, {}), nobody, None, None, ingested.conversions, {})


def _no_columns() -> pa.Buffer:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, pa.schema([])) as writer:
        del writer
    return sink.getvalue()
