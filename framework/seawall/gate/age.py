"""How old the newest row is, against the time from which ages are measured."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from seawall.config.models import PipelineConfig
from seawall.contracts import Finding
from seawall.gate.values import History, Totals
from seawall.gate.words import failed

__all__ = ["SKEW", "freshness_findings", "span"]

SKEW = timedelta(minutes=5)
"""By how much two clocks may differ."""


def freshness_findings(
    config: PipelineConfig, totals: Totals, history: History
) -> Iterator[Finding]:
    """Whether the newest time is recent enough, and none is from the future."""
    fresh = config.validate_.freshness
    if fresh is None:
        return
    column, allowed = fresh.column, f"at most {span(fresh.max_age)} before as_of"
    if not totals.account.published:
        message = f"the age of {column}: no rows, so none is too old"
        yield Finding("freshness", "ok", column, "no rows", allowed, message)
    elif totals.newest is None or history.as_of is None:
        yield failed("no time", "every one is null", allowed, column=column)
    else:
        yield _aged(column, totals.newest, history.as_of, fresh.max_age)


def _aged(column: str, newest: datetime, as_of: datetime, max_age: timedelta) -> Finding:
    age = as_of - newest
    if age < -SKEW:
        seen = f"{newest.isoformat()}, {span(-age)} after as_of {as_of.isoformat()}"
        return failed("future", seen, f"at most {span(SKEW)} after as_of", column=column)
    ahead = age < timedelta(0)
    seen = f"{newest.isoformat()}, {span(abs(age))} {'after' if ahead else 'before'} as_of {as_of.isoformat()}"
    allowed = f"at most {span(max_age)} before as_of"
    if age > max_age:
        return failed("freshness", seen, allowed, column=column)
    return Finding("freshness", "ok", column, seen, allowed, f"the newest {column}: {seen}")


def span(delta: timedelta) -> str:
    """`2 d 12 h`, `36 min`, `1.5 s`: the two largest units that count."""
    minutes, seconds = divmod(delta.total_seconds(), 60)
    hours, minutes = divmod(int(minutes), 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "d"), (hours, "h"), (minutes, "min")]
    said = [f"{count:,} {unit}" for count, unit in parts if count]
    if not days and not hours and (seconds or not said):
        said.append(f"{seconds:g} s")
    return " ".join(said[:2])
