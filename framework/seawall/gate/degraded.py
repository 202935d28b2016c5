"""How much of a batch fallbacks may serve, and how often."""

from __future__ import annotations

import math
from collections.abc import Iterator

from seawall.config.models import PipelineConfig
from seawall.contracts import Finding
from seawall.gate.values import Degradation, Totals
from seawall.gate.words import NAMES, exact, failed, percent, several

__all__ = ["degradation_findings", "over_degraded"]


def over_degraded(config: PipelineConfig, degraded: int, *, rows: int) -> Finding | None:
    """A finding when so many degraded rows cannot be allowed any more; `rows` may still stay.

    Called as chunks arrive with all rows of the batch, and at the gate with those that stayed.
    """
    share = config.limits.degraded_rows
    if share is None or degraded <= math.floor(exact(share) * rows):
        return None
    seen = f"{degraded:,} of {rows:,} rows"
    allowed = f"{percent(share)} of the rows"
    return Finding("degraded rows", "fail", None, seen, allowed, NAMES["degraded rows"])


def degradation_findings(
    config: PipelineConfig, totals: Totals, degradation: Degradation
) -> Iterator[Finding]:
    """The budgets of degradation that are exceeded, and lookups that a person has to look at."""
    limits, runs = config.limits, degradation.runs_before + 1
    finding = over_degraded(config, totals.degraded_rows, rows=totals.staying)
    if finding is not None:
        yield finding
    if limits.degraded_lookups is not None and len(degradation.lookups) > limits.degraded_lookups:
        seen = f"{len(degradation.lookups)}: {', '.join(degradation.lookups)}"
        yield failed("degraded lookups", seen, f"at most {limits.degraded_lookups}")
    most = limits.consecutive_degraded_runs
    if most is not None and totals.degraded_rows and runs > most:
        yield failed("degraded runs", f"{runs} in a row with this one", f"at most {most}")
    for name, reason in degradation.held.items():
        seen = f"{name}: {reason}"
        yield Finding("lookup", "fail", None, seen, "", f"{NAMES['lookup']}: {seen}")
    yield from _warnings(config, degradation)


def _warnings(config: PipelineConfig, degradation: Degradation) -> Iterator[Finding]:
    """Links that failed, and content that is not old enough yet to hold the run."""
    for seen in degradation.failures:
        yield Finding("lookup link", "warn", None, seen, "an answer", f"lookup {seen}")
    for name, batches in degradation.unchanged.items():
        most = config.ingest.lookups[name].expect.max_unchanged
        seen = f"{name}: byte for byte that of the {several(batches, 'batch', 'batches')} published last"
        allowed = f"the same content in fewer than {most} batches"
        yield Finding("unchanged lookup", "warn", None, seen, allowed, f"lookup {seen}")
