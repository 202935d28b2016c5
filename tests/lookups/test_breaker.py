"""The breaker's states, and how it moves from one to another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from seawall.config.lookups import CircuitBreaker
from seawall.config.sources import FilesSource, HttpSource, PythonSource, SqlSource
from seawall.lookups.breaker import LEASE, BreakerState, admission, counted, identity_of

NOW = datetime(2024, 3, 1, 3, 0, tzinfo=UTC)
BREAKER = CircuitBreaker.model_validate({"failure_threshold": 3, "open_for": "30m"})
HALF_HOUR = timedelta(minutes=30)


def after(*outcomes: bool, state: BreakerState | None = None) -> BreakerState:
    """The state after runs, one a minute; the last is at NOW."""
    state = state or BreakerState()
    for ago, available in zip(range(len(outcomes) - 1, -1, -1), outcomes, strict=True):
        state = counted(state, BREAKER, NOW - timedelta(minutes=ago), available=available)
    return state


def test_it_opens_at_the_threshold() -> None:
    """Two failed runs leave it closed, the third opens it for as long as was declared."""
    assert after(False, False).name(NOW) == "closed"
    assert after(False, False, False).until == NOW + HALF_HOUR


def test_a_success_between_failures_starts_the_count_again() -> None:
    """Only failures in a row count."""
    assert after(False, False, True, False, False).name(NOW) == "closed"


def test_an_open_breaker_refuses_and_says_until_when() -> None:
    """Nobody is asked, and the words hold the time and the count."""
    words, _ = admission(after(False, False, False), BREAKER, NOW, "run-4")

    assert "open until 2024-03-01 03:30:00 UTC" in words
    assert "3 failed runs" in words


def test_half_open_only_one_run_probes() -> None:
    """The first run that comes after the time is the probe, the second is refused."""
    later = NOW + HALF_HOUR
    first, state = admission(after(False, False, False), BREAKER, later, "run-4")
    second, _ = admission(state, BREAKER, later, "run-5")

    assert first == ""
    assert "run-4 is the probe" in second


def test_a_probe_that_was_killed_gives_its_right_back() -> None:
    """After the lease another run may probe."""
    later = NOW + HALF_HOUR
    _, state = admission(after(False, False, False), BREAKER, later, "run-4")
    words, taken = admission(state, BREAKER, later + LEASE, "run-5")

    assert words == ""
    assert taken.probe_run == "run-5"


@pytest.mark.parametrize(("available", "name"), [(True, "closed"), (False, "open")])
def test_the_probe_decides(*, available: bool, name: str) -> None:
    """A probe that succeeds closes the breaker, one that fails opens it for another while."""
    later = NOW + HALF_HOUR
    _, state = admission(after(False, False, False), BREAKER, later, "run-4")

    assert counted(state, BREAKER, later, available=available).name(later) == name


def test_a_clock_that_jumped_back_does_not_keep_it_open() -> None:
    """From the new time on it stays open for as long as was declared, no longer."""
    yesterday = NOW - timedelta(days=1)
    words, state = admission(after(False, False, False), BREAKER, yesterday, "run-4")

    assert words
    assert admission(state, BREAKER, yesterday + HALF_HOUR, "run-5")[0] == ""


def test_an_upstream_is_known_by_its_address_and_by_no_secret() -> None:
    """Another password is the same upstream; another database, path or callable is another one."""

    def sql(url: str) -> str:
        section = {"type": "sql", "url": "${env:URL}", "query": "SELECT 1"}
        return identity_of(SqlSource.model_validate(section), {"URL": url})

    http = HttpSource.model_validate({"type": "http", "url": "https://a.example/x?token=1"})
    again = HttpSource.model_validate({"type": "http", "url": "https://a.example/x?token=2"})
    python = PythonSource.model_validate({"type": "python", "use": "a.b:c"})
    files = FilesSource.model_validate({"type": "csv", "path": "a.csv"})

    assert sql("postgresql://u:one@h/db") == sql("postgresql://u:two@h/db")
    assert sql("postgresql://u:one@h/db") != sql("postgresql://u:one@h/other")
    assert identity_of(http, {}) == identity_of(again, {})
    assert len({identity_of(each, {}) for each in (http, python, files)}) == 3
