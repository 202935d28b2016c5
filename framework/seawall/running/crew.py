"""How many workers of which kind a run has."""

from __future__ import annotations

from dataclasses import dataclass

from seawall.errors import UsageError
from seawall.plan import Plan
from seawall.running.order import Order
from seawall.workers import Kind, budget, cores

__all__ = ["Crew", "crew_of"]


@dataclass(frozen=True, slots=True)
class Crew:
    """So many workers with so many threads each; `limit_s` is how long one may take for a chunk."""

    kind: Kind
    workers: int
    inner_threads: int
    limit_s: float | None = None


def crew_of(plan: Plan, order: Order) -> Crew:
    """What the order asks for, else the pipeline file, else what this machine has.

    UsageError when it asks for threads where chunks may take only so long.
    """
    declared = plan.config.execution
    kind = order.executor or declared.executor
    asked = order.workers or declared.workers, order.inner_threads or declared.inner_threads
    limit = declared.attempt_timeout
    if limit is not None and kind == "threads":
        what = "execution.attempt_timeout has no effect with threads: a thread cannot be killed"
        raise UsageError(what, "--executor", kind, "processes")
    limit_s = None if limit is None else limit.total_seconds()
    return Crew(kind, *budget(kind, *asked, cores()), limit_s)
