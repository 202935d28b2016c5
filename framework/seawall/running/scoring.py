"""All chunks of a plan through the workers, added up in order."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field

from seawall.chunk import score
from seawall.contracts import ChunkRef, WorkerDeath
from seawall.errors import InterruptedRunError, SeawallError
from seawall.events import PlanReady
from seawall.outcome import ChunkFailure, ChunkReport
from seawall.plan import Plan
from seawall.running.crew import Crew, crew_of
from seawall.running.fold import Fold
from seawall.running.order import Order
from seawall.running.recheck import recheck
from seawall.running.rescue import Rescue, dead, may_be_rescued
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
        raise InterruptedRunError("stopped at a chunk's border", order.stop.signal_number)


def _computed(
    staged: Staged, fold: Fold, order: Order, *, teller: Teller, crew: Crew
) -> dict[str, SeawallError]:
    """What went wrong, by chunk; the chunks that went well are added."""
    todo = [ref for ref in staged.plan.chunks if ref.name not in staged.finished]
    threads = crew.inner_threads
    if todo and crew.kind == "threads":
        # Threads limit only those OpenMP libraries that are loaded when an item begins.
        runtime_of(staged.plan, staged.workspace, threads=threads, model=staged.model)
    with open_executor(
        crew.kind,
        workers=crew.workers,
        inner_threads=threads,
        notify=lambda item, reason: teller.retried(todo[item].name, reason),
        limit_s=crew.limit_s,
    ) as executor:
        tally = _Tally(fold, teller)
        work = functools.partial(score, staged.plan, staged.workspace, threads=threads)
        deaths = []
        for outcome in executor.outcomes(work, todo, lambda: order.stop() or bool(tally.failures)):
            if isinstance(outcome, WorkerDeath):
                deaths.append(outcome)
            tally.add(outcome, todo, staged.plan)
        rescue = Rescue(staged.plan, staged.workspace, executor, threads, order.stop)
        for ref in [todo[death.item] for death in deaths]:
            if not tally.failures and not order.stop():
                teller.retried(ref.name, "it killed its worker twice: it is scored in pieces")
                tally.add(rescue.outcome(ref), todo, staged.plan)
        if not tally.failures:
            fold.found += recheck(staged, executor, threads, order.stop)
    return tally.failures


@dataclass(frozen=True, slots=True)
class _Tally:
    """Adds up what comes back, and keeps what went wrong, by chunk."""

    fold: Fold
    teller: Teller
    failures: dict[str, SeawallError] = field(default_factory=dict)

    def add(
        self,
        outcome: ChunkReport | ChunkFailure | WorkerDeath,
        todo: Sequence[ChunkRef],
        plan: Plan,
    ) -> None:
        """The chunk is added, or has failed; one whose worker was killed may still be rescued."""
        failure = self._failure(outcome, todo, plan)
        if failure is not None:
            self.teller.failed(failure.chunk, failure.error)
            self.failures[failure.chunk] = failure.error

    def _failure(
        self,
        outcome: ChunkReport | ChunkFailure | WorkerDeath,
        todo: Sequence[ChunkRef],
        plan: Plan,
    ) -> ChunkFailure | None:
        """None when the chunk is added, or may be rescued; a budget that breaks with it is its failure."""
        if isinstance(outcome, ChunkFailure):
            return outcome
        if isinstance(outcome, WorkerDeath):
            ref = todo[outcome.item]
            rescued = may_be_rescued(plan, outcome)
            return None if rescued else ChunkFailure(ref.name, dead(ref, outcome.reason))
        self.teller.chunk(outcome, reused=False)
        try:
            self.fold.add(outcome)
        except SeawallError as error:
            return ChunkFailure(outcome.chunk, error)
        return None
