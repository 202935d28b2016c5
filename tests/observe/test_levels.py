"""How much attention each event of an upstream asks for, and how people read it."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest

from seawall.events import (
    AttemptFailed,
    BreakerChanged,
    Event,
    InputWaited,
    LinkTried,
    LookupRead,
    ReadBegins,
)
from seawall.observe import log_sink
from seawall.observe.logs import level_of

AT: dict[str, Any] = {"run_id": "r1", "at": datetime(2013, 7, 1, 3, 4, 5, tzinfo=UTC)}
TRIED: dict[str, Any] = {
    "lookup": "weather", "attempts": 1, "seconds": 0.1, "rows": 3, "coverage": None, "as_of": None,
    "keys": None,
}  # fmt: skip
READ: dict[str, Any] = {
    "lookup": "weather", "rows": 3, "sha256": "0" * 64, "seconds": 0.1, "reused": False,
}  # fmt: skip


def attempt(trace: str = "") -> Event:
    """An attempt that failed."""
    why: dict[str, Any] = {"problem": "no answer", "seconds": 20.0, "wait_s": 0.5, "trace": trace}
    return AttemptFailed(source="weather", attempt=1, **why, **AT)


def breaker(state: str) -> Event:
    """A breaker in another state."""
    return BreakerChanged(source="weather", state=state, failures=3, until=None, **AT)


@pytest.mark.parametrize(
    ("event", "level"),
    [
        (ReadBegins(source="w", attempt_timeout_s=1, deadline_s=2, max_attempts=3, **AT), "debug"),
        (attempt(), "warning"),
        (LinkTried(link="live", problem="", **TRIED, **AT), "debug"),
        (LinkTried(link="live", problem="no answer", **TRIED, **AT), "warning"),
        (LookupRead(**READ, **AT), "info"),
        (LookupRead(**READ, served_by=("constants",), **AT), "warning"),
        (InputWaited(source="d", seconds=1.0, came=True, **AT), "info"),
        (InputWaited(source="d", seconds=1.0, came=False, **AT), "warning"),
        (breaker("open"), "warning"),
        (breaker("half-open"), "warning"),
        (breaker("closed"), "info"),
    ],
)
def test_what_is_amiss_is_a_warning(event: Event, level: str) -> None:
    """What an upstream did is a warning where the run has less than it should, and else is not."""
    assert level_of(event) == level


@pytest.mark.parametrize(("rows", "level"), [(0, "info"), (1, "warning")])
def test_a_degraded_end_is_a_warning(end: Any, rows: int, level: str) -> None:
    """A run that published rows of a fallback does not end as if nothing had been."""
    assert level_of(end("published", degraded_rows=rows)) == level


def test_people_read_a_stack_line_by_line() -> None:
    """Where a call hung stands below the line that says so, without control characters."""
    stream = io.StringIO()
    log_sink("text", stream, env={}).emit(attempt('File "a.py", line 3\n  in hang\x1b[31m'))
    first, *stack = stream.getvalue().splitlines()

    assert "attempt failed" in first
    assert stack == ['    File "a.py", line 3', "      in hang\\x1b[31m"]


def test_people_read_names_without_brackets() -> None:
    """The links that serve a lookup are a list with commas."""
    stream = io.StringIO()
    served = LookupRead(**READ, served_by=("live", "constants"), **AT)
    log_sink("text", stream, env={}).emit(served)

    assert "live, constants" in stream.getvalue()
    assert "[" not in stream.getvalue().partition("lookup read")[2]
