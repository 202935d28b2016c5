"""Reads that failed, as errors: the exit code of the last cause, and both causes in the text."""

from __future__ import annotations

import pickle
import threading

import pytest

from seawall.contracts import Failure
from seawall.isolation import Died, TimedOut
from seawall.reads import Budget, Unread, error_of
from seawall.reads.failing import failure_of_reply

DOWN = Failure("the upstream is down", "refused", transient=True, todo="start it")


@pytest.mark.parametrize(
    ("kind", "code"),
    [("unavailable", 69), ("data", 65), ("forbidden", 77), ("busy", 75), ("software", 70)],
)
def test_exit_code(kind: str, code: int) -> None:
    """Each kind of failure ends a run with its own exit code, and survives a process pool."""
    failure = Failure("no", kind=kind)  # type: ignore[arg-type]
    error = error_of("lookup w", Unread(failure, failure, 1, 0.5))

    assert error.exit == code
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_text() -> None:
    """First and last cause, attempts, seconds, and why there was no further attempt."""
    unread = Unread(DOWN, Failure("no such table", "w"), 3, 12.34, "the deadline is over")

    assert str(error_of("lookup w", unread)) == (
        "lookup w: the upstream is down\n"
        "  seen: refused; 3 attempts in 12.3 s; the deadline is over; "
        "the first attempt: no such table: w\n"
        "  to do: start it"
    )


def test_one_cause_is_said_once() -> None:
    """When the first attempt failed as the last did, that is not repeated."""
    text = str(error_of("lookup w", Unread(DOWN, DOWN, 1, 0.0)))

    assert "first attempt" not in text
    assert "1 attempt in" in text


@pytest.mark.parametrize(
    ("reply", "transient"),
    [
        (TimedOut(20.0, "stack"), True),
        (Died("killed by SIGSEGV", 1.0, "stack"), True),
        (Died("ended with exit code 3", 1.0, "stack"), True),
        (Died("raised ValueError: x", 1.0, "stack"), False),
    ],
)
def test_ends_of_a_process(reply: TimedOut | Died, *, transient: bool) -> None:
    """A hang and a death mean an outage, an exception a bug; the stack is kept."""
    failure = failure_of_reply(reply)

    assert failure.transient is failure.availability is transient
    assert failure.trace == "stack"


def test_budget_is_shared_by_threads() -> None:
    """Of many threads that take at once exactly as many get one as there are."""
    budget, taken = Budget(50), []

    def take() -> None:
        taken.extend(budget.take() for _ in range(20))

    threads = [threading.Thread(target=take) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(taken) == 50
