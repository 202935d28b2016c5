"""Breakers in the ledger: kept across runs, changed by one run at a time."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from seawall.config.lookups import CircuitBreaker
from seawall.ledger.breakers import breakers_in, known_breakers, reset_breaker
from seawall.ledger.open import open_ledger

NOW = datetime(2024, 3, 1, 3, 0, tzinfo=UTC)
BREAKER = CircuitBreaker.model_validate({"failure_threshold": 2, "open_for": "30m"})
PROBE = """
import sys
from datetime import datetime
from seawall.config.lookups import CircuitBreaker
from seawall.ledger.breakers import breakers_in

class Nobody:
    def emit(self, event): pass

breaker = CircuitBreaker.model_validate({"failure_threshold": 2, "open_for": "30m"})
location, run, at = sys.argv[1:]
with breakers_in(location, run, Nobody(), sys.exit) as breakers:
    sys.stdin.readline()
    print(breakers.refusal("weather", "weather", breaker, datetime.fromisoformat(at)))
"""


class Listener:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.events: list[Any] = []

    def emit(self, event: Any) -> None:
        """The event is kept."""
        self.events.append(event)


def fail(location: str, times: int, listener: Listener | None = None) -> None:
    """So many runs could not reach the weather."""
    for number in range(times):
        with breakers_in(location, f"run-{number}", listener or Listener(), pytest.fail) as found:
            assert found is not None
            if not found.refusal("weather", "weather", BREAKER, NOW):
                found.record("weather", "weather", BREAKER, NOW, available=False)


def test_failures_of_earlier_runs_count(tmp_path: Path) -> None:
    """Two runs, each with a ledger of its own opening, open the breaker; it is told once."""
    location, listener = str(tmp_path / "ledger.db"), Listener()
    fail(location, 2, listener)
    with breakers_in(location, "run-9", listener, pytest.fail) as breakers:
        assert breakers is not None
        refusal = breakers.refusal("weather", "weather", BREAKER, NOW)

    assert "open until" in refusal
    assert [(event.source, event.state) for event in listener.events] == [("weather", "open")]


def test_of_many_processes_exactly_one_probes(tmp_path: Path) -> None:
    """Eight runs that come to a half-open breaker at once: one asks, seven are refused."""
    location = str(tmp_path / "ledger.db")
    fail(location, 2)
    later = (NOW + timedelta(hours=1)).isoformat()
    pipe = subprocess.PIPE
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", PROBE, location, f"run-{n}", later],
            stdin=pipe,
            stdout=pipe,
            text=True,
        )
        for n in range(8)
    ]
    for run in runs:
        assert run.stdin is not None
        run.stdin.write("go\n")
        run.stdin.flush()
    answers = [run.communicate()[0].strip() for run in runs]

    assert sorted(bool(answer) for answer in answers) == [False] + [True] * 7


def test_a_reset_breaker_is_closed(tmp_path: Path) -> None:
    """After a reset the upstream is asked."""
    location = str(tmp_path / "ledger.db")
    fail(location, 2)
    ledger = open_ledger(location, warn=pytest.fail)
    reset_breaker(ledger, "weather")
    left = known_breakers(ledger)
    ledger.close()

    assert left == []


def test_without_a_ledger_every_upstream_is_asked(tmp_path: Path) -> None:
    """A ledger that cannot be opened is told of, and no breaker is open."""
    (tmp_path / "file").write_text("")
    told: list[str] = []
    with breakers_in(str(tmp_path / "file/ledger.db"), "run", Listener(), told.append) as breakers:
        assert breakers is None

    assert "circuit breakers" in told[0]
