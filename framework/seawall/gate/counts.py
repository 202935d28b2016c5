"""What was promised about how often an output has its values."""

from __future__ import annotations

from collections.abc import Iterator

from seawall.config.outputs import Distribution
from seawall.contracts import Finding
from seawall.gate.missing import left_out
from seawall.gate.values import OutputCounts, Totals
from seawall.gate.words import exact, failed, percent, within
from seawall.shown import shown

__all__ = ["count_findings"]

_PERCENT = 100.0


def count_findings(name: str, wanted: Distribution, totals: Totals) -> Iterator[Finding]:
    """The most frequent value, the number of values, and each label's share of the rows."""
    if not wanted.counted:
        return
    counts = totals.outputs.get(name, OutputCounts(problem="its values were not counted"))
    if counts.problem or not (counts.rows or wanted.min_distinct == 0):
        seen = counts.problem or "no rows with a value"
        yield failed("distinct values", seen, "values that can be counted", column=name)
        return
    without = left_out(totals.profile.columns.get(name), infinities=False)
    yield from _top_findings(name, wanted, counts)
    if wanted.min_distinct is not None:
        enough = counts.distinct >= wanted.min_distinct
        seen, allowed = f"{counts.distinct:,} values", f"at least {wanted.min_distinct:,}"
        message = f"{name} has {seen}, allowed {allowed}"
        severity = "ok" if enough else "fail"
        yield Finding("distinct values", severity, name, seen, allowed, message)  # type: ignore[arg-type]
    for label, (low, high) in wanted.labels.items():
        share = counts.labels.get(label, 0) / max(counts.rows, 1) * _PERCENT
        ends = (low * _PERCENT, high * _PERCENT)
        about = f"the share of {shown(label)} in {name}"
        yield within("label share", about, share, ends, unit="%", without=without, column=name)


def _top_findings(name: str, wanted: Distribution, counts: OutputCounts) -> Iterator[Finding]:
    if wanted.max_top_share is None:
        return
    allowed = f"at most {percent(wanted.max_top_share)} of the rows"
    if counts.top is None:
        message = f"no value of {name} has more than {percent(wanted.max_top_share)} of the rows"
        yield Finding("top share", "ok", name, "no such value", allowed, message)
        return
    value, rows = counts.top
    share = percent(float(exact(rows / counts.rows)))
    yield failed("top share", f"{value} in {rows:,} rows ({share})", allowed, column=name)
