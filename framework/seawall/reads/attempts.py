"""Attempts at one thing, within a deadline, with waits between them."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_result

from seawall.contracts import Failure
from seawall.reads.budget import Budget
from seawall.reads.values import Terms

__all__ = ["Attempts"]

T = TypeVar("T")


def _never_over() -> float | None:
    return None


@dataclass(slots=True)
class Attempts:
    """Says how long there is for the next attempt, how long to wait for it, and when to give up.

    `remaining` is what the run's own deadline leaves, in seconds. `made` counts the attempts, `first`
    is the first failure, `given_up` why attempts that were left were not made.
    """

    terms: Terms
    budget: Budget = field(default_factory=Budget)
    remaining: Callable[[], float | None] = _never_over
    clock: Callable[[], float] = time.monotonic
    random: Callable[[], float] = random.random
    made: int = 0
    first: Failure | None = None
    given_up: str = ""
    _begun: float = 0.0

    def carry_out(
        self,
        attempt: Callable[[float], T | Failure],
        *,
        sleep: Callable[[float], None],
        tell: Callable[[Failure, float | None], None],
    ) -> T | Failure:
        """What the first successful attempt returned, or the last one's failure.

        `attempt` is called with the seconds that it has. Every failure is told, with the wait that
        follows (None: no further attempt). What `attempt` or `sleep` raises is raised at once.
        """
        self._begun = self.clock()

        def made() -> T | Failure:
            self.made += 1
            outcome = attempt(min(self.terms.attempt_timeout_s, self.left_s()))
            if isinstance(outcome, Failure) and self.first is None:
                self.first = outcome
            return outcome

        if self.left_s() <= 0:
            return self._no_time()
        retrying = Retrying(
            sleep=sleep,
            retry=retry_if_result(_worth_another),
            wait=self._wait_s,
            stop=self._gives_up,
            before_sleep=lambda state: tell(_outcome(state), state.upcoming_sleep),
            retry_error_callback=_outcome,
        )
        outcome: T | Failure = retrying(made)
        if isinstance(outcome, Failure):
            tell(outcome, None)
        return outcome

    @property
    def seconds(self) -> float:
        """Since the first attempt began."""
        return self.clock() - self._begun

    def left_s(self) -> float:
        """Until the deadline of the read or of the run, whichever is first."""
        of_run = self.remaining()
        own = self.terms.deadline_s - self.seconds
        return own if of_run is None else min(own, of_run)

    def _wait_s(self, state: RetryCallState) -> float:
        """Full jitter, and no less than the upstream asks for."""
        terms = self.terms
        try:
            longest = terms.initial_s * terms.multiplier ** (state.attempt_number - 1)
        except OverflowError:
            longest = terms.max_wait_s
        longest = min(longest, terms.max_wait_s)
        own = longest * self.random() if terms.jitter else longest
        return max(own, _outcome(state).retry_after_s or 0.0)

    def _gives_up(self, state: RetryCallState) -> bool:
        """Whether there is no further attempt; a wait that would end after the deadline isn't begun."""
        left, asked = self.left_s(), _outcome(state).retry_after_s
        if self.made >= self.terms.max_attempts:
            return True
        if left <= 0:
            self.given_up = "the deadline is over"
        elif asked is not None and asked >= left:
            self.given_up = f"it asks to wait for {asked:,.0f} s, and {left:,.1f} s are left"
        elif state.upcoming_sleep >= left:
            self.given_up = f"{left:,.1f} s are left, less than the wait for the next attempt"
        elif not self.budget.take():
            self.given_up = "the run's budget of retries is used up (limits.retries)"
        return bool(self.given_up)

    def _no_time(self) -> Failure:
        self.first = Failure("the run's deadline left no time to ask", kind="busy")
        return self.first


def _worth_another(outcome: object) -> bool:
    return isinstance(outcome, Failure) and outcome.transient


def _outcome(state: RetryCallState) -> Failure:
    if state.outcome is None:  # tenacity asks only after an attempt
        raise AssertionError("an attempt without an outcome")
    failure: Failure = state.outcome.result()
    return failure
