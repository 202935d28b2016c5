"""What moved is one line a column in the summary of a run."""

from __future__ import annotations

from typing import Any

from seawall.cli.folded import folded
from seawall.contracts import Finding, Severity

TAIL = ". 881 values against 9,429 of the last 10 batches, judged with history"
ANCHOR = "the anchor references/x.json"


def moved(column: str | None, severity: Severity = "warn", **figures: Any) -> Finding:
    """A column moved somewhere."""
    segment = figures.get("segment")
    where = f"{segment}: " if segment else ""
    return Finding(
        "drift", severity, column, "", "", f"{where}{column} moved: 1 → 2{TAIL}", figures
    )


def test_one_column_is_one_line() -> None:
    """The whole batch leads, and where else the column moved is named, not told again."""
    found = [
        moved("x", "fail"),
        moved("y"),
        moved("x", against=ANCHOR),
        moved("x", segment="origin = 'LGA'"),
        moved("x", segment="origin = 'JFK'"),
    ]

    assert list(folded(found)) == [
        ("fail", f"x moved: 1 → 2; also by origin = 'LGA', 'JFK', and against {ANCHOR}"),
        ("warn", "y moved: 1 → 2"),
    ]


def test_the_worst_leads() -> None:
    """A segment that fails is told before a batch that warns."""
    found = [moved("x"), moved("x", "fail", segment="origin = 'LGA'")]

    assert list(folded(found)) == [
        ("fail", "origin = 'LGA': x moved: 1 → 2; also in the whole batch")
    ]


def test_an_anchor_alone_is_named() -> None:
    """What moved slowly is told as that."""
    assert list(folded([moved("x", against=ANCHOR)])) == [
        ("warn", f"x moved: 1 → 2, against {ANCHOR}")
    ]


def test_what_follows_the_comparison_is_kept() -> None:
    """Whose shift it is, and why it does not hold, is for everybody."""
    (one,) = folded([Finding("drift", "warn", "x", "", "", f"x moved{TAIL}. Not held", {})])

    assert one == ("warn", "x moved. Not held")


def test_other_findings_are_lines_of_their_own() -> None:
    """They are told in full, the number of rows of each segment, too; what is fine is not."""
    rows = [moved(None, segment=f"c = {n}") for n in range(2)]
    other = Finding("mean", "fail", "x", "", "", f"too high{TAIL}", {})
    fine = Finding("drift", "ok", "x", "", "", "x is fine", {})

    assert [words for _, words in folded([*rows, other, fine])] == [
        "c = 0: None moved: 1 → 2",
        "c = 1: None moved: 1 → 2",
        f"too high{TAIL}",
    ]
