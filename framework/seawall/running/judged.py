"""The verdict on a batch that is scored to its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from seawall.contracts import Finding
from seawall.errors import HeldError
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
    verdict = judge(plan.config, totals, degradation_of(plan, fold, claim), history)
    return _with(fold.found, verdict)


def _with(found: Sequence[Finding], verdict: Verdict) -> Verdict:
    """The verdict with what was found on the way; it never hides what the gate says."""
    verdict = replace(verdict, findings=(*found, *verdict.findings))
    failed = next((finding for finding in found if finding.severity == "fail"), None)
    if failed is None or verdict.error is not None:
        return verdict
    what = "chunks do not come out as they did when the run was interrupted"
    todo = (
        "make the model and the stages give the same every time; then run the batch again, all anew"
    )
    error = HeldError(what, "execution.recheck", failed.seen, failed.allowed, todo)
    return replace(verdict, decision="hold", error=error)
