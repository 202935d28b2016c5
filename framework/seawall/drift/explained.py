"""From the outcomes of tests to findings: one for each column, that says what moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from seawall.contracts import Finding
from seawall.drift.figures import figures, plain
from seawall.drift.ks_rule import KS_P_VALUE
from seawall.drift.live import FALLBACK, without_fallback
from seawall.drift.moved import moves
from seawall.drift.other_kind import OTHER_KIND
from seawall.drift.texts import DIFFERENT, OF_TEXTS
from seawall.drift.values import Baseline, Outcome, Status
from seawall.drift.words import values
from seawall.profiles import ColumnProfile, Profile
from seawall.shown import line

__all__ = ["DRIFT", "DRIFT_OF_PREDICTIONS", "DRIFT_OF_ROWS", "findings", "with_fallbacks"]

DRIFT = "drift"
DRIFT_OF_PREDICTIONS = "drift of predictions"
DRIFT_OF_ROWS = "drift of rows"

_SEVERITY: Sequence[Status] = ("fail", "warn", "insufficient", "uncalibrated", "ok")
_LEADS = (
    OTHER_KIND,
    "frozen",
    "null share",
    "infinities",
    "distance",
    "unlisted",
    "never seen",
    "top value",
    DIFFERENT,
    "location",
    "scale",
    "rows",
)
"""Which test is told first among those that find the same: what needs the fewest words to be believed."""
_ONLY_LENGTHS = "only lengths are compared, and how many texts differ"
_PLAIN = {"null share", "infinities"}
"""Tests whose statistic says everything that there is to say."""


@dataclass(frozen=True, slots=True)
class _Column:
    """A column's outcomes, its worst first, and both sides of it; no sides of the number of rows."""

    name: str
    outcomes: Sequence[Outcome]
    against: str
    reference: ColumnProfile | None
    batch: ColumnProfile | None
    live: ColumnProfile | None

    @property
    def worst(self) -> Outcome:
        """The outcome that leads."""
        return self.outcomes[0]

    @property
    def sides(self) -> tuple[ColumnProfile, ColumnProfile] | None:
        """The reference's profile and the batch's, where they can be compared."""
        if self.reference is None or self.batch is None or self.worst.status == "uncalibrated":
            return None
        return self.reference, self.batch

    @property
    def of_texts(self) -> bool:
        """Whether it is a column of texts, which are counted by their lengths."""
        return self.batch is not None and self.batch.shape.kind == "text"

    @property
    def is_split(self) -> bool:
        """Whether what leads can be told of the live rows apart: of lengths, not of texts."""
        test = self.worst.test
        return test != OTHER_KIND and not (self.of_texts and test in OF_TEXTS)


def findings(
    outcomes: Iterable[Outcome],
    baseline: Baseline,
    batch: Profile,
    live: Profile | None = None,
    *,
    outputs: Sequence[str] = (),
) -> tuple[Finding, ...]:
    """One finding a column: the predictions (`outputs`) first, then by severity, then as the outcomes come.

    The worst test of a column leads, the others that found something are told with it. `live` describes
    the rows that no fallback served, where there are others: it says whether these explain the drift.
    """
    told: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        told.setdefault(outcome.column, []).append(outcome)
    columns = [
        _Column(
            name,
            sorted(tests, key=_weight),
            baseline.name,
            baseline.reference.columns.get(name),
            batch.columns.get(name),
            None if live is None or live.rows == batch.rows else live.columns.get(name),
        )
        for name, tests in told.items()
    ]
    columns.sort(key=lambda column: (column.name not in outputs, _weight(column.worst)[0]))
    return tuple(_finding(column, predicted=column.name in outputs) for column in columns)


def with_fallbacks(found: Iterable[Finding], fallbacks: Mapping[str, str]) -> tuple[Finding, ...]:
    """The findings, with the fallback that served a column named: `the constants of lookup weather`."""
    return tuple(_named(one, fallbacks.get(one.column or "")) for one in found)


def _named(finding: Finding, fallback: str | None) -> Finding:
    """The finding, its last sentence with the name of the fallback if it is about one."""
    said, dot, last = finding.message.rpartition(". ")
    if fallback is None or "live_change" not in finding.figures:
        return finding
    return replace(finding, message=said + dot + last.replace(FALLBACK, fallback))


def _weight(outcome: Outcome) -> tuple[int, int]:
    """The worst first, and of those the first of _LEADS; where all is well the distance says most."""
    place = _LEADS.index(outcome.test) if outcome.test in _LEADS else len(_LEADS)
    if outcome.status == "ok" and outcome.test == "distance":
        place = -1
    return _SEVERITY.index(outcome.status), place


def _finding(column: _Column, *, predicted: bool) -> Finding:
    worst = column.worst
    check = DRIFT_OF_PREDICTIONS if predicted else DRIFT if column.name else DRIFT_OF_ROWS
    found = {"test": worst.test, **worst.figures}
    if column.sides:
        live = column.live if column.is_split else None
        found |= figures(*column.sides, live, worst.test)
    return Finding(
        check,
        worst.status,
        column.name or None,
        worst.seen,
        worst.allowed,
        _message(column),
        {name: plain(value) for name, value in found.items()},
    )


def _message(column: _Column) -> str:
    """What moved, how far, what would be allowed, against what, by which rule, and whose shift it is."""
    worst, about = column.worst, line(column.name) or "the number of rows"
    if worst.status == "uncalibrated":
        return f"{about} is not judged: {worst.seen}; it takes {worst.allowed}"
    if worst.status == "insufficient":
        return f"{about} has too few values to tell: {worst.seen}; it takes {worst.allowed}"
    if worst.status == "ok":
        lengths = f", {_ONLY_LENGTHS}" if column.of_texts else ""
        return f"{about} is like {column.against}: {worst.seen}{lengths}{_rule(worst)}"
    said = [f"{about}{_moved(column)}", f"{_compared(column)}{_rule(worst)}"]
    if column.sides and column.live is not None and column.is_split:
        said.append(without_fallback(worst.test, *column.sides, column.live))
    return ". ".join(said)


def _moved(column: _Column) -> str:
    """What each test that found something is about, and of the worst what it saw and what is allowed."""
    worst = column.worst
    seen = f"{worst.seen}, allowed {worst.allowed}"
    tests = {one.test for one in column.outcomes if one.status in {"warn", "fail"}}
    said = "; ".join(moves(*column.sides, tests - (_PLAIN & {worst.test}))) if column.sides else ""
    return f" moved: {said} ({seen})" if said else f": {seen}"


def _compared(column: _Column) -> str:
    """`1,000 values against 100,000 of the anchor references/x.json`."""
    if not column.sides:
        return f"Compared with {column.against}"
    reference, batch = column.sides
    return f"{values(batch.counted)} against {reference.counted:,} of {column.against}"


def _rule(outcome: Outcome) -> str:
    rule = outcome.figures.get("rule")
    if rule == KS_P_VALUE:
        return f", judged by {KS_P_VALUE} alone, which alarms often"
    return f", judged {rule}" if rule else ""
