"""How many workers of which kind a run has."""

from __future__ import annotations

from dataclasses import dataclass

from seawall.plan import Plan
from seawall.running.order import Order
from seawall.workers import Kind, budget, cores

__all__ = ["Crew", "crew_of"]


@dataclass(frozen=True, slots=True)
class Crew:
    """So many workers with so many threads each."""

    kind: Kind
    workers: int
    inner_threads: int


def crew_of(plan: Plan, order: Order) -> Crew:
    """What the order asks for, else the pipeline file, else what this machine has."""
    declared = plan.config.execution
    kind = order.executor or declared.executor
    asked = order.workers or declared.workers, order.inner_threads or declared.inner_threads
    return Crew(kind, *budget(kind, *asked, cores()))
