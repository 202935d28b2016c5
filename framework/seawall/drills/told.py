"""What came of a drill, as the rows of tables and the lines below them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from seawall.config.drilling import FAULTS, kind_of_part
from seawall.drills.expected import Difference
from seawall.drills.result import Drilled
from seawall.drills.values import Case, Ended
from seawall.drills.weak import Weakness, harm
from seawall.shown import line, listed

__all__ = [
    "LEGEND",
    "NOT_TRIED",
    "Grid",
    "counted",
    "degraded",
    "differing",
    "grids",
    "named",
    "not_tried",
    "rerun",
    "warned",
    "weak",
]

NOT_TRIED = "-"
_GAP = 3
"""Characters between two columns on a terminal; text that goes elsewhere has fewer."""
_WRONG, _WARNED, _OTHER = "!", "~", "≠"
"""The marks of an outcome that is silently wrong, wrong with a warning, or expected otherwise."""
LEGEND = (
    f"A number behind an outcome is the exit code, where it is not 0. {_WRONG} silently wrong, or hung; "
    f"{_WARNED} other predictions, and a warning says so; {_OTHER} expected otherwise; "
    f"{NOT_TRIED} not tried."
)


@dataclass(frozen=True, slots=True)
class Grid:
    """Faults × parts: the first header is over the faults' names, each row begins with one."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def grids(told: Drilled, *, width: int) -> Iterator[Grid]:
    """A table for each group of parts with the same faults, of about so many characters at most."""
    parts = tuple(dict.fromkeys(end.case.part for end in told.ended))
    for kinds in (("primary", "lookup"), ("stage",), ("model",), ("run",)):
        of_kind = [part for part in parts if kind_of_part(part) in kinds]
        if of_kind:
            yield from _grids(told, of_kind, FAULTS[kinds[0]], width)


def _grids(
    told: Drilled, parts: Sequence[str], faults: Sequence[str], width: int
) -> Iterator[Grid]:
    """Side by side as many parts as there is room for."""
    columns = {part: [_cell(told, part, fault) for fault in faults] for part in parts}
    names = max(map(len, faults))
    while columns:
        fit: list[str] = []
        used = names
        for part, cells in columns.items():
            used += _GAP + max(map(len, (part, *cells)))
            if fit and used > width:
                break
            fit.append(part)
        taken = [columns.pop(part) for part in fit]
        rows = zip(faults, *taken, strict=True)
        tried = tuple(row for row in rows if any(cell != NOT_TRIED for cell in row[1:]))
        yield Grid(("fault", *fit), tried)


def _cell(told: Drilled, part: str, fault: str) -> str:
    """`degraded 0.4 s`, `failed 69 0.3 s`, `3×degraded, 1×published! 0.5 s`."""
    ends = [end for end in told.ended if (end.case.part, end.case.fault) == (part, fault)]
    if not ends:
        return NOT_TRIED
    differing = {difference.case for difference in told.differences}
    counts = Counter(_outcome(told, end, differing) for end in ends)
    many = [f"{count}×{said}" if len(ends) > 1 else said for said, count in counts.items()]
    return f"{', '.join(many)} {max(end.seconds for end in ends):.1f} s"


def _outcome(told: Drilled, end: Ended, differing: set[Case | None]) -> str:
    unsaid = end.outcome == "failed" and end.exit == 0
    code = f" {end.exit}" if end.exit or unsaid else ""
    wrong = _WRONG if told.is_silent(end) or end.outcome == "hung" or unsaid else ""
    warned = _WARNED if told.is_warned(end) else ""
    return f"{end.outcome}{code}{wrong}{warned}{_OTHER if end.case in differing else ''}"


def counted(told: Drilled) -> str:
    """`104 faults on 966 rows, 31.2 s`, and of how many where the time was up before."""
    tried, planned = len(told.ended), len(told.ended) + len(told.untried)
    faults = f"{planned:,} fault{'s' if planned != 1 else ''}"
    rows = f"{told.rows:,} row{'s' if told.rows != 1 else ''}"
    share = f"{tried:,} of {faults}" if told.untried else faults
    return f"{share} on {rows}, {told.seconds:.1f} s"


def warned(told: Drilled) -> Iterator[str]:
    """What was published with other rows and a warning, with the words of that warning."""
    for end in told.ended:
        if told.is_warned(end):
            said = "; ".join(dict.fromkeys(line(each.message, 120) for each in told.warnings(end)))
            yield f"{named([end.case])}: {harm(end)}; it says so: {said}"


def not_tried(told: Drilled) -> Iterator[str]:
    """`error_then_fine of primary, lookup=planes: files of this machine are read once, …`."""
    groups: dict[tuple[str, str], list[str]] = {}
    for left in told.left_out:
        groups.setdefault((left.fault, left.why), []).append(left.part)
    for (fault, why), parts in groups.items():
        yield f"{fault} of {listed(parts)}: {why}"


def degraded(told: Drilled) -> Iterator[str]:
    """Which links served how many rows, in which cases."""
    groups: dict[str, list[Case]] = {}
    for end in told.ended:
        if end.degradations and end.exit == 0:
            by = ", ".join(f"{name} {rows:,} rows" for name, rows in end.degradations.items())
            groups.setdefault(by, []).append(end.case)
    for by, found in groups.items():
        yield f"{by}: {named(found)}"


def rerun(told: Drilled) -> Iterator[str]:
    """What the run after each crash came to."""
    for end in told.ended:
        if end.rerun:
            yield f"{named([end.case])}: {line(end.rerun, 200)}"


def weak(weakness: Weakness) -> Iterator[str]:
    """What happened, then the line of the file and what to write there."""
    yield f"{named(weakness.cases)}: {weakness.what}"
    if not weakness.where:
        yield f"    to do: {weakness.todo}"
        return
    does = "serve the rows" if weakness.kind == "no fallback" else "prevent it"
    stands = "lets it pass" if weakness.stands else f"would {does}"
    yield f"    `{weakness.key}` at {weakness.where} {stands}: {weakness.todo}"


def differing(difference: Difference) -> str:
    """`configs/x.yaml:40: lookup=weather down: expected degraded, seen failed`."""
    case = difference.case
    about = named([case]) if case else f"{difference.part} {difference.fault}"
    expected = " or ".join(difference.expected)
    return f"{difference.where}: {about}: expected {expected}, seen {difference.seen}"


def named(found: Iterable[Case]) -> str:
    """`lookup=weather down, hang, nulls of temp, wind_speed; model constant`."""
    by_part: dict[str, dict[str, list[str]]] = {}
    for case in found:
        columns = by_part.setdefault(case.part, {}).setdefault(case.fault, [])
        columns += [line(case.column, 80)] if case.column else []
    return "; ".join(
        f"{part} "
        + ", ".join(
            f"{fault} of {listed(columns)}" if columns else fault
            for fault, columns in faults.items()
        )
        for part, faults in by_part.items()
    )
