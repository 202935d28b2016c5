"""What came of a chunk, stored and told."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence

import pyarrow as pa

from seawall.chunk.stages import Passed
from seawall.contracts import Account, ChunkRef, StoredFile
from seawall.outcome import ChunkReport, StageSeen
from seawall.plan import Plan
from seawall.quarantine import KeptRows, Origin, described, examples, serialized
from seawall.stages.sifting import Sieve
from seawall.staging import Workspace

__all__ = ["reported", "sources_of"]


def reported(
    plan: Plan,
    workspace: Workspace,
    ref: ChunkRef,
    seen: Passed,
    made: tuple[pa.Buffer, tuple[StageSeen, ...], float],
) -> ChunkReport:
    """What was made of a chunk, stored: `made` is its part, what each stage saw, and when that began."""
    part, stages, begun = made
    sieve, provenance = seen.sieve, seen.provenance
    away, rows = sum(sieve.quarantined.values()), len(sieve.frame)
    origin = _origin(plan, ref, sieve)
    refused = described(sieve.aside, origin)
    doubtful = described(sieve.doubtful, origin)
    return ChunkReport(
        chunk=ref.name,
        key=plan.chunk_key(ref),
        account=Account(ref.rows, rows, away, sum(sieve.filtered.values())),
        filtered=sieve.filtered,
        quarantined=sieve.quarantined,
        warned=seen.validated.warned,
        nulls=seen.validated.nulls,
        part=workspace.put_part(ref.name, part, rows=rows),
        quarantine=None if refused is None else _kept(refused, workspace, ref),
        live_profile=seen.live_profile,
        stages=stages,
        seconds=time.perf_counter() - begun,
        degraded=provenance.counts(),
        degraded_rows=provenance.degraded_rows,
        degraded_profile=seen.degraded_profile,
        newest=seen.newest,
        conversions=seen.conversions,
        made=seen.made,
        foreign=seen.validated.foreign,
        unseen=seen.unseen,
        examples=tuple(
            shown for rows in (refused, doubtful) for shown in examples(rows, key=plan.primary.key)
        ),
    )


def _origin(plan: Plan, ref: ChunkRef, sieve: Sieve) -> Origin:
    """Where the source has the chunk's rows."""

    def places(numbers: Sequence[int]) -> Sequence[str]:
        rows = [number - ref.first_row for number in numbers]
        return plan.source.places(plan.fragments, ref, rows)

    return Origin(sieve.original, sieve.numbers, sources_of(plan, ref), places)


def _kept(rows: KeptRows, workspace: Workspace, ref: ChunkRef) -> StoredFile:
    return workspace.put_quarantine(ref.name, serialized(rows), rows=len(rows))


def sources_of(plan: Plan, ref: ChunkRef) -> list[tuple[int, str]]:
    """Where each file of the chunk begins: the number of its first row in the batch, its path."""
    rows = itertools.accumulate((span.rows for span in ref.spans), initial=ref.first_row)
    return [
        (row, plan.fragments[span.fragment].shown)
        for row, span in zip(rows, ref.spans, strict=False)
    ]
