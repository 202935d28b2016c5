"""The rows of each segment, compared as the whole batch is, and told in few lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from seawall.contracts import Finding, Severity
from seawall.drift.explained import DRIFT
from seawall.drift.values import Baseline
from seawall.gate.words import several
from seawall.profile import Profile
from seawall.shown import listed, shown

__all__ = ["Segment", "segment_findings"]

Judge = Callable[[Profile, Baseline, Profile | None], Sequence[Finding]]

_TOLD: dict[Severity, str] = {
    "insufficient": "too few rows to tell",
    "uncalibrated": "nothing to compare with yet",
    "ok": "as before",
}


@dataclass(frozen=True, slots=True)
class Segment:
    """The rows with one value of a column: all of them, and those that no fallback served.

    `baseline` is what they are compared with; None where nothing is there yet.
    """

    value: str
    rows: Profile | None
    live: Profile | None
    baseline: Baseline | None


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
    if segment.baseline is None or segment.rows is None or not segment.rows.rows:
        return ()
    return judge(segment.rows, segment.baseline, segment.live)


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
