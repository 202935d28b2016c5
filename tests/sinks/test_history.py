"""What was published lately, over all batches, and how often in a row with fallbacks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from seawall.contracts import LogEntry
from seawall.sinks.files import Claim, Draft, FilesSink, Holder

BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
Publish = Callable[[str, int, int], LogEntry]


@pytest.fixture
def published(sink: FilesSink, draft: Callable[[Claim, int, int], Draft]) -> Publish:
    """Publishes a batch in the given hour with so many degraded rows."""

    def published(batch: str, hour: int, degraded_rows: int) -> LogEntry:
        with sink.claim(batch, Holder.here("r")) as claim:
            at: Any = {"committed_at": BEGAN + timedelta(hours=hour)}
            own = replace(draft(claim, hour, 1), commit_id=f"{batch}-{hour}", **at)
            return claim.commit(replace(own, degraded_rows=degraded_rows))

    return published


def test_commits_of_all_batches_come_newest_first(sink: FilesSink, published: Publish) -> None:
    """Commits come by their time, whatever batch they are of."""
    for batch, hour in [("b", 1), ("a", 2), ("b", 3), ("c", 0), ("b", 4)]:
        published(batch, hour, 0)

    assert [(e.batch, e.version) for e in sink.newest_first()] == [
        ("b", 3),
        ("b", 2),
        ("a", 1),
        ("b", 1),
        ("c", 1),
    ]


def test_nothing_was_published(sink: FilesSink) -> None:
    """A sink without a commit has no history."""
    assert list(sink.newest_first()) == []
    assert sink.degraded_in_a_row() == 0


@pytest.mark.parametrize(
    ("degraded", "in_a_row"),
    [([5, 5], 2), ([5, 0, 5], 1), ([5, 0], 0), ([0, 1, 1, 1], 3)],
)
def test_degraded_runs_in_a_row(
    sink: FilesSink, published: Publish, degraded: list[int], in_a_row: int
) -> None:
    """Runs are counted from the newest back to the first clean one, over all batches."""
    for hour, rows in enumerate(degraded):
        published(f"day{hour}", hour, rows)

    assert sink.degraded_in_a_row() == in_a_row


def test_a_rollback_is_no_run(sink: FilesSink, published: Publish) -> None:
    """Going back to a clean version does not end a row of degraded runs, nor to a degraded one begin it."""
    published("a", 1, 0)
    published("a", 2, 5)
    later = replace(sink, clock=lambda: BEGAN + timedelta(hours=3))
    later.rollback("a", to=1, reason="looks better", by="me", run_id="r")

    assert sink.degraded_in_a_row() == 1


def test_a_rollback_says_what_came_back(sink: FilesSink, published: Publish) -> None:
    """The degraded rows of the version that came back are live again, and the log says so."""
    published("a", 1, 5)
    published("a", 2, 0)

    assert sink.rollback("a", reason="r", by="me", run_id="r").degraded_rows == 5
