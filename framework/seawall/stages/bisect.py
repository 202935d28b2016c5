"""Which rows make a call raise: found by halving, in as few calls as that takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

__all__ = ["PROBES", "SYSTEMATIC_ROWS", "Attempt", "Culprit", "Ending", "Found", "bisect"]

Attempt = Callable[[int, int], Exception | None]
"""Tries the rows from a place up to another: what the call raises there, None where it passes."""
Ending = Literal["found", "too many", "every row", "together"]

PROBES = 16
"""Single rows that are tried besides, before it is said that every row raises."""
SYSTEMATIC_ROWS = 1_000
"""Where none of so many rows passes, the call is wrong and not the rows, whatever may leave."""


@dataclass(frozen=True, slots=True)
class Culprit:
    """A row that makes the call raise by itself: its place, and what was raised."""

    place: int
    error: Exception


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to, after so many calls.

    `found`: without the culprits, the call is to pass. `too many`: there are more culprits than may
    leave; the first of them are known. `every row`: no row that was tried passes. `together`: the
    call raises on the rows of `span` and passes on both halves of them.
    """

    ending: Ending
    culprits: tuple[Culprit, ...]
    calls: int
    span: tuple[int, int]


def bisect(attempt: Attempt, rows: int, first: Exception, *, most: int) -> Found:
    """The rows that make the call raise by themselves, in their order; at most `most` may be.

    The call on all of them was made, and raised `first`. Both halves of a stretch that raises are
    tried: one culprit costs 1 + 2·log₂(rows) calls with that first one, N of them about N times
    2·log₂(rows / N). That every row raises is known after 2·log₂(rows) + PROBES calls.
    """
    search = _Search(attempt, rows, most)
    ending = search.through(0, rows, first)
    return Found(ending or "found", tuple(search.culprits), search.calls, search.span)


@dataclass(slots=True)
class _Search:
    attempt: Attempt
    rows: int
    most: int
    calls: int = 1
    passed: bool = False
    span: tuple[int, int] = (0, 0)
    culprits: list[Culprit] = field(default_factory=list)

    def through(self, start: int, stop: int, error: Exception) -> Ending | None:
        """The culprits of a stretch that raises are known; or how the search ended before."""
        self.span = (start, stop)
        if stop - start == 1:
            return self._with(Culprit(start, error))
        middle = (start + stop) // 2
        halves = [(start, middle), (middle, stop)]
        raised = [self._tried(*half) for half in halves]
        if all(error_there is None for error_there in raised):
            return "together"
        for half, error_there in zip(halves, raised, strict=True):
            if error_there is not None and (ending := self.through(*half, error_there)):
                return ending
        return None

    def _with(self, culprit: Culprit) -> Ending | None:
        self.culprits.append(culprit)
        if len(self.culprits) == 1 and self._systematic():
            return "every row"
        return "too many" if len(self.culprits) > self.most else None

    def _systematic(self) -> bool:
        """Nothing has passed yet, not all of the rows may leave, and none of a few others passes."""
        if self.passed or self.rows == 1 or self.rows <= min(self.most, SYSTEMATIC_ROWS - 1):
            return False
        places = np.linspace(0, self.rows - 1, min(PROBES, self.rows), dtype=int).tolist()
        return all(self._tried(place, place + 1) is not None for place in places)

    def _tried(self, start: int, stop: int) -> Exception | None:
        self.calls += 1
        error = self.attempt(start, stop)
        self.passed = self.passed or error is None
        return error
