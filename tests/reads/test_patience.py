"""Terms: what the file declares, and what gives way where it declares only a part."""

from __future__ import annotations

from typing import Any

import pytest

from seawall.config.sources import Patience
from seawall.reads import LOOKUP, PRIMARY, Terms, terms_of


def terms(usual: Terms = LOOKUP, **declared: Any) -> Terms:
    """The effective terms of what is declared."""
    return terms_of(Patience.model_validate(declared), usual)


def test_usual_terms() -> None:
    """Without a word in the file the usual times hold, and local files are read unbounded."""
    assert terms() == Terms(60, 300, bounded=False)
    assert terms(PRIMARY) == Terms(3_600, 7_200, bounded=False)


@pytest.mark.parametrize(
    ("declared", "times"),
    [
        ({"attempt_timeout": "20s"}, (20, 300)),
        ({"attempt_timeout": "10m"}, (600, 600)),
        ({"deadline": "2m"}, (60, 120)),
        ({"deadline": "5s"}, (5, 5)),
        ({"attempt_timeout": "20s", "deadline": "2m"}, (20, 120)),
    ],
)
def test_times_that_are_declared_hold(declared: dict[str, str], times: tuple[float, float]) -> None:
    """The time that is not declared gives way, so that an attempt fits in the deadline."""
    found = terms(**declared)

    assert (found.attempt_timeout_s, found.deadline_s, found.bounded) == (*times, True)


def test_retry() -> None:
    """Attempts and backoff are those of the file."""
    backoff = {"initial": "100ms", "multiplier": 3.0, "max": "4s", "jitter": "none"}
    found = terms(retry={"max_attempts": 7, "backoff": backoff})

    assert (found.max_attempts, found.jitter) == (7, False)
    assert (found.initial_s, found.multiplier, found.max_wait_s) == (0.1, 3.0, 4.0)


def test_retry_without_backoff() -> None:
    """A number of attempts alone leaves the usual waits."""
    found = terms(retry={"max_attempts": 1})

    assert (found.max_attempts, found.initial_s) == (1, LOOKUP.initial_s)
