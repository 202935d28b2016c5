"""What a rehearsal found, as a sentence."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seawall.events import LookupRehearsed
    from seawall.ledger import RehearsalRow

__all__ = ["sentence"]


def sentence(seen: LookupRehearsed | RehearsalRow) -> str:
    """`if weather failed now: last known good 6 h old, 98.7 % of keys, mean change 0.012, within budget`."""
    name = seen.link.replace("_", " ")
    if seen.problem.startswith("not rehearsed"):
        return f"{seen.lookup}: {name} was {seen.problem}"
    if seen.problem:
        return f"if {seen.lookup} failed now: {name} would not do: {seen.problem}"
    parts = [name if seen.age_s is None else f"{name} {_age(seen.age_s)} old"]
    if seen.coverage is not None:
        parts.append(f"{seen.coverage * 100:.3g} % of keys")
    if seen.mean_change is not None and seen.p99_change is not None:
        parts.append(f"mean change {seen.mean_change:.3g} (p99 {seen.p99_change:.3g})")
    parts.append("within budget" if seen.within_budget else "over budget: it would be held")
    return f"if {seen.lookup} failed now: {', '.join(parts)}"


def _age(seconds: float) -> str:
    age = timedelta(seconds=max(seconds, 0))
    if age >= timedelta(days=2):
        return f"{age / timedelta(days=1):.3g} d"
    if age >= timedelta(hours=1):
        return f"{age / timedelta(hours=1):.3g} h"
    return f"{age / timedelta(minutes=1):.2g} min"
