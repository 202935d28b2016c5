"""All chunks of a plan through the workers, added up in order."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from seawall.chunk import score
from seawall.contracts import ChunkRef, WorkerDeath
from seawall.errors import InterruptedRunError, SeawallError, SoftwareError
from seawall.events import PlanReady
from seawall.outcome import ChunkFailure, ChunkReport
from seawall.running.crew import Crew, crew_of
from seawall.running.fold import Fold
from seawall.running.order import Order
from seawall.running.staged import Staged
from seawall.running.tell import Teller
from seawall.runtime import runtime_of
from seawall.workers import open_executor

__all__ = ["score_all"]


def score_all(staged: Staged, fold: Fold, order: Order, teller: Teller) -> None:
    """Every chunk is scored and added, finished ones without computing them again.

    After the first failure no chunk is begun; those in work end and keep their receipts, and the
    failure of the earliest chunk is raised. A signal ends it in the same way.
    """
    crew = crew_of(staged.plan, order)
    teller.tell(
        PlanReady,
        plan_id=staged.workspace.plan_id,
        chunks=len(staged.plan.chunks),
        reused=len(staged.finished),
        rows=staged.plan.rows,
        executor=crew.kind,
        workers=crew.workers,
        inner_threads=crew.inner_threads,
    )
    for report in staged.finished.values():
        teller.chunk(report, reused=True)
        fold.add(report)
    failures = _computed(staged, fold, order, teller=teller, crew=crew)
    if failures:
        raise failures[min(failures)]
    if not fold.complete:
        raise InterruptedRunError(
            "stopped at a chunk's border; run the batch again to resume", order.stop.signal_number
        )


def _computed(
    staged: Staged, fold: Fold, order: Order, *, teller: Teller, crew: Crew
) -> dict[str, SeawallError]:
    """What went wrong, by chunk; the chunks that went well are added."""
    todo = [ref for ref in staged.plan.chunks if ref.name not in staged.finished]
    failures: dict[str, SeawallError] = {}
    if todo and crew.kind == "threads":
        # Threads limit only those OpenMP libraries that are loaded when an item begins.
        threads = crew.inner_threads
        runtime_of(staged.plan, staged.workspace, threads=threads, model=staged.model)
    with open_executor(
        crew.kind,
        workers=crew.workers,
        inner_threads=crew.inner_threads,
        notify=lambda item, reason: teller.retried(todo[item].name, reason),
        limit_s=crew.limit_s,
    ) as executor:
        threads = crew.inner_threads
        work = functools.partial(score, staged.plan, staged.workspace, threads=threads)
        for outcome in executor.outcomes(work, todo, lambda: order.stop() or bool(failures)):
            failure = _failure(outcome, fold, teller, todo)
            if failure is not None:
                teller.failed(failure.chunk, failure.error)
                failures[failure.chunk] = failure.error
    return failures


def _failure(
    outcome: ChunkReport | ChunkFailure | WorkerDeath,
    fold: Fold,
    teller: Teller,
    todo: Sequence[ChunkRef],
) -> ChunkFailure | None:
    """None when the chunk is added; a budget that breaks with it is its failure."""
    if isinstance(outcome, ChunkFailure):
        return outcome
    if isinstance(outcome, WorkerDeath):
        ref = todo[outcome.item]
        return ChunkFailure(ref.name, _killed(ref, outcome.reason))
    teller.chunk(outcome, reused=False)
    try:
        fold.add(outcome)
    except SeawallError as error:
        return ChunkFailure(outcome.chunk, error)
    return None


def _killed(ref: ChunkRef, reason: str) -> SoftwareError:
    return SoftwareError(
        "a chunk killed its worker twice, the second time alone",
        f"chunk {ref.name}, rows {ref.first_row:,} to {ref.first_row + ref.rows:,} of the batch",
        reason,
        todo="if memory ran out: smaller chunk_rows or fewer workers; else look for a crash in C code",
    )
