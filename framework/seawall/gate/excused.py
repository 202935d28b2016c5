"""Failures that a declared fallback explains: they are warnings, for limits bound how many rows it may serve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from seawall.contracts import Finding, Severity
from seawall.gate.values import Reach

__all__ = ["excused", "fallbacks_of"]


def fallbacks_of(column: str, reach: Mapping[str, Reach]) -> str:
    """The fallbacks that have to do with the column: `the constants of lookup weather`; '' of none."""
    told = []
    for mark in (mark for mark, one in reach.items() if column in one):
        lookup, _, link = mark.partition("=")
        told.append("the fallback model" if lookup == "model" else f"the {link} of lookup {lookup}")
    return " and ".join(told)


def excused(
    found: Sequence[Finding], alone: Mapping[str | None, Severity], reach: Mapping[str, Reach]
) -> Iterator[Finding]:
    """The findings; the failures of columns that are the fallback's are warnings.

    `alone` is what is said of the live rows by themselves. A column that fails there is at fault itself.
    What the fallback gave itself is its own. What may be made from that is so if the live rows are
    enough to tell that they are sound; if they are not, only while no column fails that the fallback
    has nothing to do with: such a fault may lie behind every column that is made.
    """
    failed = [one.column for one in found if one.severity == "fail" and one.column is not None]
    sound = all(fallbacks_of(column, reach) for column in failed)
    for one in found:
        fails = one.severity == "fail" and alone.get(one.column) != "fail"
        known = sound or alone.get(one.column) in {"ok", "warn"}
        yield _warning(one) if fails and _is_theirs(one.column, reach, known=known) else one


def _is_theirs(column: str | None, reach: Mapping[str, Reach], *, known: bool) -> bool:
    """Whether a failure of the column is the fallback's; `known`: nothing else can lie behind it."""
    if column is None:
        return False
    served = any(column in each.served for each in reach.values())
    return served or (known and bool(fallbacks_of(column, reach)))


def _warning(finding: Finding) -> Finding:
    message = f"{finding.message}. Fallbacks are bounded by limits: it does not hold the result"
    return replace(finding, severity="warn", message=message)
