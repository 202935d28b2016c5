"""The number of rows, against the batches that were published before."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from fractions import Fraction

from seawall.config.models import PipelineConfig
from seawall.contracts import Finding
from seawall.gate.values import History, Totals
from seawall.gate.words import exact, failed, percent

__all__ = ["LEAST_BATCHES", "NOT_YET", "ROW_CHANGE", "row_change_findings"]

ROW_CHANGE = "row change"
LEAST_BATCHES = 3
"""Of fewer batches a median says little: one odd day would be half of it."""
NOT_YET = f"a comparison from {LEAST_BATCHES} on"


def row_change_findings(
    config: PipelineConfig, totals: Totals, history: History
) -> Iterator[Finding]:
    """Whether the rows that stay are about as many as usual; too little history is no failure."""
    share = config.validate_.rows.change
    if share is None:
        return
    if len(history.rows) < LEAST_BATCHES:
        yield _unknown(totals, history)
        return
    median = Fraction(statistics.median(history.rows))
    seen = f"{totals.staying:,} rows, {_against(totals.staying, median)}"
    allowed = (
        f"at most {percent(share)} more or less than {float(median):,.10g}, "
        f"the median of the newest {len(history.rows)} batches"
    )
    if abs(totals.staying - median) > exact(share) * median:
        yield failed(ROW_CHANGE, seen, allowed)
    else:
        yield Finding(ROW_CHANGE, "ok", None, seen, allowed, f"the number of rows: {seen}")


def _unknown(totals: Totals, history: History) -> Finding:
    seen = f"{len(history.rows)} published batches besides this one"
    message = f"{totals.staying:,} rows are compared with nothing yet: {seen}, {NOT_YET}"
    return Finding(ROW_CHANGE, "ok", None, seen, NOT_YET, message)


def _against(rows: int, median: Fraction) -> str:
    if rows == median:
        return "as many as usual"
    if not median:
        return "and usually none"
    change = float((rows - median) / median)
    return f"{abs(change) * 100:,.3g}% {'more' if change > 0 else 'fewer'} than usual"
