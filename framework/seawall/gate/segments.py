"""The rows of each segment, compared as the whole batch is, and told in few lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from seawall.contracts import Finding, Severity
from seawall.drift.explained import DRIFT, DRIFT_OF_ROWS
from seawall.drift.values import Baseline
from seawall.gate.words import several
from seawall.profiles import Profile
from seawall.shown import listed, shown

__all__ = ["Segment", "segment_findings"]

Judge = Callable[[Profile, Baseline, Profile | None], Sequence[Finding]]

_TOLD: dict[Severity, str] = {
    "insufficient": "too few rows to tell",
    "uncalibrated": "fewer than eight batches of their own to compare with",
    "ok": "as before",
}
_SURE = 30
"""Where so many rows are expected, not one is no chance."""


@dataclass(frozen=True, slots=True)
class Segment:
    """The rows with one value of a column: all of them, and those that no fallback served.

    `baseline` is what they are compared with; None where nothing is there yet. `expected` is how many
    rows the reference lets expect, 0 where that is not known.
    """

    value: str
    rows: Profile | None
    live: Profile | None
    baseline: Baseline | None
    expected: float = 0.0


def segment_findings(column: str, segments: Sequence[Segment], judge: Judge) -> Iterator[Finding]:
    """What moved in which segment; the others in one line each for those as before, too small, and new."""
    others: dict[Severity, list[str]] = {severity: [] for severity in _TOLD}
    for segment in segments:
        found = _found(segment, judge)
        moved = [one for one in found if one.severity in {"warn", "fail"}]
        yield from (_of(column, segment.value, one) for one in moved)
        if not moved:
            others[_severity(segment, found)].append(shown(segment.value))
    for severity, values in others.items():
        if values:
            seen = f"{several(len(values), 'segment')}: {listed(values)}"
            message = f"by {column}, {_TOLD[severity]}: {seen}"
            yield Finding(DRIFT, severity, None, seen, "", message, {"segments": column})


def _found(segment: Segment, judge: Judge) -> Sequence[Finding]:
    rows = segment.rows or Profile(0, {})
    if not rows.rows:
        return _vanished(segment, rows, judge)
    return () if segment.baseline is None else judge(rows, segment.baseline, segment.live)


def _vanished(segment: Segment, rows: Profile, judge: Judge) -> Sequence[Finding]:
    """That there is no row where there are some usually, by its own history, else by the reference's share."""
    found = () if segment.baseline is None else judge(rows, segment.baseline, None)
    by_history = [one for one in found if one.check == DRIFT_OF_ROWS]
    if by_history or segment.expected < _SURE:
        return by_history
    seen, allowed = "0 rows", f"about {segment.expected:,.0f}, as the reference has"
    message = f"the number of rows: {seen}, allowed {allowed}"
    return [Finding(DRIFT_OF_ROWS, "warn", None, seen, allowed, message)]


def _severity(segment: Segment, found: Sequence[Finding]) -> Severity:
    """What is said of a segment in which nothing moved."""
    if segment.baseline is None:
        return "uncalibrated"
    return "ok" if found and all(one.severity == "ok" for one in found) else "insufficient"


def _of(column: str, value: str, finding: Finding) -> Finding:
    """The finding, about the rows of one segment alone."""
    name = f"{column} = {shown(value)}"
    return replace(
        finding,
        message=f"{name}: {finding.message}",
        figures={**finding.figures, "segment": name},
    )
