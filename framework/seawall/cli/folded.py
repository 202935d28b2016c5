"""What moved, in one line a column: the summary of a run has few words, its explanation all of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from seawall.shown import listed

if TYPE_CHECKING:
    from seawall.contracts import Finding

__all__ = ["folded"]

_COMPARED = re.compile(r"(?:[\d,]+ values? against|Compared with) .*, judged .*")
"""The sentence that says with what and by which rule: it is for the explanation."""


def folded(findings: Iterable[Finding]) -> Iterator[tuple[str, str]]:
    """The severity and the words of each warning and failure; those about one column's drift are one.

    The worst of them leads, the whole batch before the anchor and the segments; the others are named.
    """
    groups: dict[object, list[Finding]] = {}
    for place, one in enumerate(findings):
        if one.severity in {"warn", "fail"}:
            drifts = one.check.startswith("drift") and one.column is not None
            groups.setdefault(one.column if drifts else place, []).append(one)
    for found in groups.values():
        lead, *others = sorted(found, key=lambda one: (one.severity != "fail", *_rank(one)))
        yield lead.severity, _short(lead) + _also(others)


def _rank(finding: Finding) -> tuple[bool, bool]:
    return "segment" in finding.figures, "against" in finding.figures


def _short(finding: Finding) -> str:
    """The message without the sentence on what was compared."""
    if not finding.check.startswith("drift"):
        return finding.message
    said = [part for part in finding.message.split(". ") if not _COMPARED.fullmatch(part)]
    against = finding.figures.get("against")
    return ". ".join([f"{said[0]}, against {against}" if against else said[0], *said[1:]])


def _also(others: Sequence[Finding]) -> str:
    """`; also by origin = 'LGA', 'JFK', and against the anchor references/x.json`."""
    segments: dict[str, list[str]] = {}
    places = []
    for one in others:
        column, _, value = str(one.figures.get("segment", "")).partition(" = ")
        if column:
            segments.setdefault(column, []).append(value)
        else:
            places.append(_place(one))
    by = [f"by {column} = {listed(dict.fromkeys(values))}" for column, values in segments.items()]
    told = ", and ".join(dict.fromkeys([*by, *places]))
    return f"; also {told}" if told else ""


def _place(finding: Finding) -> str:
    against = finding.figures.get("against")
    return f"against {against}" if against else "in the whole batch"
