"""Rows on which a user's code raises leave; the others go on as if those had never been there."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seawall.calling import placed
from seawall.errors import SoftwareError
from seawall.stages.bisect import Attempt, Culprit, bisect
from seawall.stages.blame import Search, batch_error, blame, words
from seawall.stages.bugs import is_bug
from seawall.stages.sifting import Sieve
from seawall.stages.steps import Bound, mask, raised, tried

__all__ = ["Work", "passing", "survived"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Work(Generic[T]):
    """What a stage has a user's code do with a frame: `name` is where errors point, `short` for reasons.

    `make` gives the result. What the code raises comes out of it as the cause of a SoftwareError; one
    without a cause is a broken law. `attempt` only calls the code, and raises what that raises.
    """

    stage: str
    name: str
    short: str
    make: Callable[[pd.DataFrame], T]
    attempt: Callable[[pd.DataFrame], object]


def survived(work: Work[T], sieve: Sieve, *, spare: bool = True) -> T:
    """What the work makes of the sieve's rows; those on which it raises have left, each with the reason.

    The rest is given to the code in one call, as in a chunk that never had the others: with those of
    the search that is 2 + 2·log₂(rows) calls for one row that leaves. Raises DataError when a row
    raises and may not leave (none may where `spare` is false); SoftwareError when no row is to blame.
    """
    try:
        return work.make(sieve.frame)
    except SoftwareError as error:
        first = _of_a_row(error, sieve.frame)
    most = sieve.left if spare else 0
    found = bisect(_attempt(work, sieve.frame), len(sieve.frame), first, most=most)
    search = Search(work.name, first, most, spare, found)
    if found.ending != "found":
        raise blame(search, sieve) from first
    _leave(work, sieve, found.culprits)
    try:
        return work.make(sieve.frame)
    except SoftwareError as error:
        again = _of_a_row(error, sieve.frame)
    raise batch_error(search, sieve, again) from again


def passing(rule: Bound, sieve: Sieve, *, spare: bool) -> NDArray[np.bool_]:
    """Which of the sieve's rows pass the rule; those on which it raises have left."""
    make, attempt = functools.partial(mask, rule), functools.partial(tried, rule)
    return survived(Work("validate", rule.name, rule.short, make, attempt), sieve, spare=spare)


def _of_a_row(error: SoftwareError, frame: pd.DataFrame) -> Exception:
    """What the code raised, where a row can be to blame; otherwise the error is raised again."""
    cause = error.__cause__
    if not isinstance(cause, Exception) or is_bug(cause, frame) or not len(frame):
        raise error
    return cause


def _attempt(work: Work[Any], frame: pd.DataFrame) -> Attempt:
    def attempt(start: int, stop: int) -> Exception | None:
        rows = frame.iloc[start:stop]
        try:
            work.attempt(rows)
        except (Exception, SystemExit) as error:  # the border of a user's code
            if not isinstance(error, Exception) or is_bug(error, rows):
                raise raised(work.name, error, len(rows)) from error
            return error
        return None

    return attempt


def _leave(work: Work[Any], sieve: Sieve, culprits: Sequence[Culprit]) -> None:
    """The culprits are set aside, those of one type of exception together."""
    by_reason: dict[str, list[Culprit]] = {}
    for culprit in culprits:
        reason = f"{work.short} raised {type(culprit.error).__name__}"
        by_reason.setdefault(reason, []).append(culprit)
    gone = np.zeros(len(sieve.frame), dtype=bool)
    for reason, entries in by_reason.items():
        bad = np.zeros(len(gone), dtype=bool)
        bad[[entry.place for entry in entries]] = True
        notes = [f"{words(entry.error)}; {placed(work.name, entry.error)}" for entry in entries]
        sieve.set_aside(bad[~gone], work.stage, reason, notes=notes)
        gone |= bad
