"""The verdict on a batch that is scored to its end."""

from __future__ import annotations

from dataclasses import replace

from seawall.gate import Verdict, judge
from seawall.plan.referenced import NamedReference
from seawall.running.compared import compared
from seawall.running.counted import counted
from seawall.running.degraded import degradation_of
from seawall.running.drifted import drifted
from seawall.running.fold import Fold
from seawall.running.history import history_of
from seawall.sinks.files.sink import Claim

__all__ = ["judged"]


def judged(fold: Fold, claim: Claim, reference: NamedReference | None) -> Verdict:
    """What the gate says of the sum of the chunks, of the upstreams, and of the versions before.

    `reference` is the file that drift is judged against, or its anchor.
    """
    plan = fold.plan
    totals = replace(fold.totals, outputs=counted(fold))
    history = replace(
        history_of(plan, claim),
        mean_changes=compared(fold, claim),
        drift=drifted(fold, claim, reference),
    )
    return judge(plan.config, totals, degradation_of(plan, fold, claim), history)
