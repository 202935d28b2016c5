"""What a run's upstreams did to it, as the gate must know."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from seawall.gate import Degradation
from seawall.lookups.serving import LIVE
from seawall.plan import PinnedLookup, Plan
from seawall.quarantine.source import QuarantineSource
from seawall.running.fold import Fold
from seawall.sinks.files.sink import Claim

__all__ = ["degradation_of"]


def degradation_of(plan: Plan, fold: Fold, claim: Claim) -> Degradation:
    """Which lookups fallbacks serve, what a person has to see, and the degraded runs before."""
    limited = plan.config.limits.consecutive_degraded_runs is not None
    pins = plan.lookups
    counts = limited and not isinstance(plan.source, QuarantineSource)  # a replay is no further run
    return Degradation(
        tuple(pinned.name for pinned in pins if not pinned.serving.clean),
        {pinned.name: pinned.held for pinned in pins if pinned.held},
        # The log of every batch is read only where the answer counts.
        claim.sink.degraded_in_a_row() if counts and fold.degraded_rows else 0,
        unchanged={pin.name: pin.unchanged for pin in pins if pin.unchanged and pin.good},
        failures=tuple(itertools.chain.from_iterable(map(_failures, pins))),
    )


def _failures(pinned: PinnedLookup) -> Iterator[str]:
    """What came of the lookup's links that failed; one that has only nothing to add has not."""
    for one in pinned.tried:
        if one.problem and (one.link == LIVE or one.coverage is None):
            yield f"{pinned.name}: {one.link} failed: {one.problem}"
