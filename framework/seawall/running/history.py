"""What a batch is compared with at the gate: the batches that were published before it."""

from __future__ import annotations

from seawall.gate import History
from seawall.plan import Plan
from seawall.running.fold import Fold
from seawall.sinks.files.sink import Claim

__all__ = ["history_of"]


def history_of(plan: Plan, fold: Fold, claim: Claim) -> History:
    """As much of the past as the file's checks ask for."""
    del fold, claim
    return History(as_of=plan.context.as_of)
