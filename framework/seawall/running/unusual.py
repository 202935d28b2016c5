"""Whether a run took as long as runs of its pipeline do."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from seawall.contracts import Finding

__all__ = ["unusual"]

_TIMES = 3
_FEWEST = 3
_NOTICED_S = 10.0
"""What takes seconds is three times as long for many reasons: a cold cache, a busy machine."""


def unusual(seconds: float, before: Sequence[float]) -> tuple[Finding, ...]:
    """A warning where the run took three times the median of those before, or a third; else nothing.

    Nothing is said of fewer than three runs before, nor while neither the run nor the usual one takes ten seconds.
    """
    if len(before) < _FEWEST:
        return ()
    usual = statistics.median(before)
    low, high = usual / _TIMES, usual * _TIMES
    if low < seconds < high or max(seconds, usual) < _NOTICED_S:
        return ()
    than = "longer" if seconds >= high else "shorter"
    seen, allowed = f"{seconds:,.1f} s", f"{low:,.1f} s to {high:,.1f} s"
    message = (
        f"the run took much {than} than usual: {seen}, where the median of the last "
        f"{len(before)} runs is {usual:,.1f} s"
    )
    figures = {"seconds": seconds, "median_s": usual, "runs": len(before)}
    return (Finding("duration", "warn", None, seen, allowed, message, figures),)
