"""What a run's upstreams did to it, as the gate must know."""

from __future__ import annotations

from seawall.gate import Degradation
from seawall.plan import Plan
from seawall.quarantine.source import QuarantineSource
from seawall.running.fold import Fold
from seawall.sinks.files.sink import Claim

__all__ = ["degradation_of"]


def degradation_of(plan: Plan, fold: Fold, claim: Claim) -> Degradation:
    """Which lookups fallbacks serve, what a person has to see, and the degraded runs before."""
    limited = plan.config.limits.consecutive_degraded_runs is not None
    counts = limited and not isinstance(plan.source, QuarantineSource)  # a replay is no further run
    return Degradation(
        tuple(pinned.name for pinned in plan.lookups if not pinned.serving.clean),
        {pinned.name: pinned.held for pinned in plan.lookups if pinned.held},
        # The log of every batch is read only where the answer counts.
        claim.sink.degraded_in_a_row() if counts and fold.degraded_rows else 0,
    )
