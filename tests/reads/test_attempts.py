"""Attempts: how many, how long apart, within which time. Time is a number here; nobody waits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.contracts import Failure
from seawall.reads.attempts import Attempts
from seawall.reads.budget import Budget
from seawall.reads.values import Terms

DOWN = Failure("down", transient=True, availability=True)
TERMS = Terms(attempt_timeout_s=10, deadline_s=100, max_attempts=4, initial_s=1, max_wait_s=5)


@dataclass
class World:
    """A clock that moves when an attempt is made or somebody sleeps, and what happened."""

    now: float = 0.0
    timeouts: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    told: list[tuple[str, float | None]] = field(default_factory=list)

    def read(
        self,
        outcomes: Iterable[Failure | str],
        *,
        terms: Terms = TERMS,
        cost_s: float = 0.0,
        **parts: object,
    ) -> tuple[Failure | str, Attempts]:
        """What came of it, each attempt taking `cost_s` and having the next outcome."""
        left = iter(outcomes)
        made = {"random": lambda: 1.0, "clock": lambda: self.now, **parts}
        attempts = Attempts(terms, **made)  # type: ignore[arg-type]

        def attempt(timeout_s: float) -> Failure | str:
            self.timeouts.append(timeout_s)
            self.now += cost_s
            return next(left)

        outcome = attempts.carry_out(attempt, sleep=self.sleep, tell=self.tell)
        return outcome, attempts

    def sleep(self, seconds: float) -> None:
        """The time has passed."""
        self.waits.append(seconds)
        self.now += seconds

    def tell(self, failure: Failure, wait_s: float | None) -> None:
        """It is noted."""
        self.told.append((failure.what, wait_s))


@pytest.fixture
def world() -> World:
    """Time stands at 0."""
    return World()


def test_success_is_not_repeated(world: World) -> None:
    """The first answer is the answer, and nothing is told."""
    outcome, attempts = world.read(["rows"])

    assert (outcome, attempts.made, world.told) == ("rows", 1, [])


def test_transient_failure_is_tried_again(world: World) -> None:
    """A failure that may pass is followed by another attempt, and told with its wait."""
    outcome, attempts = world.read([DOWN, DOWN, "rows"])

    assert (outcome, attempts.made) == ("rows", 3)
    assert world.told == [("down", 1.0), ("down", 2.0)]


def test_permanent_failure_is_not_tried_again(world: World) -> None:
    """A failure that cannot pass ends it, and is told without a wait."""
    outcome, attempts = world.read([Failure("gone")])

    assert (outcome, attempts.made, world.told) == (Failure("gone"), 1, [("gone", None)])


@pytest.mark.parametrize("most", [1, 2, 5])
def test_the_first_attempt_counts(world: World, most: int) -> None:
    """So many attempts are made in all; the last failure comes back, never an exception."""
    outcome, attempts = world.read([DOWN] * 9, terms=replace(TERMS, max_attempts=most))

    assert (outcome, attempts.made, len(world.waits)) == (DOWN, most, most - 1)


def test_first_and_last_failure_are_kept(world: World) -> None:
    """The first cause is known though others follow."""
    outcome, attempts = world.read([DOWN, Failure("denied")])

    assert (outcome, attempts.first) == (Failure("denied"), DOWN)


def test_waits_grow_to_their_limit(world: World) -> None:
    """Each wait is the multiple of the one before, and none is longer than the longest."""
    world.read([DOWN] * 9, terms=replace(TERMS, max_attempts=6))

    assert world.waits == [1, 2, 4, 5, 5]


def test_jitter_is_full(world: World) -> None:
    """A wait is anything from nothing to the backoff; without jitter it is the backoff."""
    world.read([DOWN] * 9, random=lambda: 0.25)
    world.read([DOWN] * 9, random=lambda: 0.25, terms=replace(TERMS, jitter=False))

    assert world.waits == [0.25, 0.5, 1.0, 1, 2, 4]


def test_attempts_have_no_more_than_the_time_left(world: World) -> None:
    """An attempt may take its own time, and near the deadline only what is left of it."""
    world.read([DOWN] * 9, terms=replace(TERMS, deadline_s=25, initial_s=0), cost_s=10)

    assert world.timeouts == [10, 10, 5]


def test_no_attempt_begins_after_the_deadline(world: World) -> None:
    """When attempts have used up the time, the last failure is the outcome."""
    outcome, attempts = world.read([DOWN] * 9, terms=replace(TERMS, deadline_s=10), cost_s=10)

    assert (outcome, attempts.made, world.waits) == (DOWN, 1, [])
    assert attempts.given_up == "the deadline is over"


def test_wait_that_ends_after_the_deadline_is_not_begun(world: World) -> None:
    """Where only a part of the wait is left, it is given up at once."""
    _, attempts = world.read([DOWN] * 9, terms=replace(TERMS, deadline_s=2.5))

    assert world.waits == [1.0]
    assert "1.5 s are left, less than the wait" in attempts.given_up


def test_retry_after_is_waited_for(world: World) -> None:
    """A service that asks for ten seconds is left alone for ten seconds."""
    outcome, _ = world.read([replace(DOWN, retry_after_s=10.0), "rows"])

    assert (outcome, world.waits) == ("rows", [10.0])


def test_retry_after_beyond_the_deadline_is_given_up_at_once(world: World) -> None:
    """A service that asks for ten hours is not waited for at all."""
    _, attempts = world.read([replace(DOWN, retry_after_s=36_000.0), "rows"])

    assert (world.now, attempts.made) == (0, 1)
    assert attempts.given_up == "it asks to wait for 36,000 s, and 100.0 s are left"


def test_run_deadline_is_above(world: World) -> None:
    """The time that is left to the run bounds attempts and waits."""
    remaining: Callable[[], float] = lambda: 12 - world.now  # noqa: E731 - a value among values
    _, attempts = world.read([DOWN] * 9, remaining=remaining, cost_s=8)

    assert world.timeouts == [10, 3]
    assert attempts.made == 2


def test_no_time_at_all(world: World) -> None:
    """Where the run has no time left nothing is asked, and it says so."""
    outcome, attempts = world.read([], remaining=lambda: 0.0)

    assert isinstance(outcome, Failure)
    assert (attempts.made, outcome.kind) == (0, "busy")


def test_budget_of_the_run(world: World) -> None:
    """All reads of a run together retry so often; first attempts are free."""
    budget = Budget(3)
    made = [world.read([DOWN] * 9, budget=budget)[1] for _ in range(3)]

    assert [attempts.made for attempts in made] == [4, 1, 1]
    assert "limits.retries" in made[1].given_up


def test_what_sleep_raises_ends_it(world: World) -> None:
    """A wait that is interrupted ends the read at once."""

    def interrupted(_: float) -> None:
        raise InterruptedError

    attempts = Attempts(TERMS)
    with pytest.raises(InterruptedError):
        attempts.carry_out(lambda _: DOWN, sleep=interrupted, tell=world.tell)

    assert attempts.made == 1


@given(
    terms=st.builds(
        Terms,
        attempt_timeout_s=st.floats(0.1, 50),
        deadline_s=st.floats(0.1, 200),
        max_attempts=st.integers(1, 2_000),
        initial_s=st.floats(0.01, 10),
        multiplier=st.floats(1, 10),
        max_wait_s=st.floats(0.1, 60),
    ),
    cost_s=st.floats(0.05, 50),
    share=st.floats(0, 1),
)
def test_deadline_holds(terms: Terms, cost_s: float, share: float) -> None:
    """Whatever the terms, it is over by the deadline if each attempt is over by its timeout."""
    world = World()
    attempts = Attempts(terms, random=lambda: share, clock=lambda: world.now)

    def attempt(timeout_s: float) -> Failure:
        assert timeout_s > 0
        world.now += min(cost_s, timeout_s)
        return DOWN

    attempts.carry_out(attempt, sleep=world.sleep, tell=world.tell)

    assert world.now <= terms.deadline_s * (1 + 1e-9)
    assert attempts.made <= terms.max_attempts
