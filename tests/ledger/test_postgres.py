"""The same ledger on a real PostgreSQL."""

from __future__ import annotations

from typing import Any

import pytest

from seawall.config.lookups import CircuitBreaker
from seawall.ledger import Recorder, open_ledger, run, runs
from seawall.ledger.breakers import LedgerBreakers, known_breakers
from tests.ledger.conftest import Story
from tests.postgres import Postgres


@pytest.fixture
def location(postgres: Postgres) -> str:
    """An empty database for a ledger."""
    return postgres.database("ledger").url


def test_a_run_reads_back_as_it_was_told(location: str) -> None:
    """Runs, chunks, lookups and findings; what is told twice stands once."""
    ledger, story = open_ledger(location, warn=pytest.fail), Story()
    recorder = Recorder(ledger, warn=pytest.fail)
    for event in [*story.whole(), *story.whole()]:
        recorder.emit(event)
    found = run(ledger, story.run_id)
    recorder.close()

    assert [row.run_id for row in runs(ledger)] == [story.run_id]
    assert [look.lookup for look in found.lookups] == ["weather"]
    assert len(found.chunks) == 2
    ledger.close()


def test_breakers_are_kept_there_too(location: str) -> None:
    """A failure is counted once for each run."""
    breaker = CircuitBreaker.model_validate({"failure_threshold": 2, "open_for": "30m"})
    ledger, listener = open_ledger(location, warn=pytest.fail), _Listener()
    now = Story().at
    for number in range(2):
        breakers = LedgerBreakers(ledger, f"run-{number}", events=listener, warn=pytest.fail)
        assert breakers.refusal("id", "weather", breaker, now) == ""
        breakers.record("id", "weather", breaker, now, available=False)

    assert [row.state.failures for row in known_breakers(ledger)] == [2]
    ledger.close()


class _Listener:
    def emit(self, event: Any) -> None:
        """Nobody listens."""
