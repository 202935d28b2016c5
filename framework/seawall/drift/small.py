"""Batches with fewer rows than usual: what moved in them may be chance, which the history knows little of."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

from seawall.drift.limits import Learned
from seawall.drift.magnitudes import TESTS
from seawall.drift.p_values import p_values
from seawall.drift.seasoned import WITH_HISTORY
from seawall.drift.values import Outcome
from seawall.drift.words import p_value, values
from seawall.profiles import Profile

__all__ = ["beyond_chance"]

_TOLD = frozenset({"warn", "fail"})


def beyond_chance(
    outcomes: Iterable[Outcome], reference: Profile, batch: Profile, known: Learned
) -> Iterator[Outcome]:
    """The outcomes; of columns with fewer values than usual, what chance alone may do is insufficient.

    Limits that are learned from batches of 500 rows hold for one of 20 only if rows were no matter.
    There the test has to be as surprising against the reference, rows taken for independent, as
    the history has to find it: a clean batch of 10 rows was an alarm in one of five, else.
    """
    surprising: dict[str, Mapping[str, float]] = {}
    for outcome in outcomes:
        name = outcome.column
        if _is_small(outcome, batch, known):
            if name not in surprising:
                surprising[name] = p_values(reference.columns[name], batch.columns[name])
            p = surprising[name][outcome.test]
            if not p < _allowed(outcome, known):
                yield _insufficient(outcome, batch.columns[name].counted, known, p=p)
                continue
        yield outcome


def _is_small(outcome: Outcome, batch: Profile, known: Learned) -> bool:
    """Whether something moved, by a learned limit, in a column that has fewer values than usual."""
    if outcome.status not in _TOLD or not outcome.column or outcome.test not in TESTS:
        return False
    return batch.columns[outcome.column].counted < known.column_rows[outcome.column]


def _allowed(outcome: Outcome, known: Learned) -> float:
    """The p that the test's bar stands for."""
    place = known.columns.index(outcome.column) * len(TESTS) + TESTS.index(outcome.test)
    return math.exp(-float(known.bars[place]))


def _insufficient(outcome: Outcome, rows: int, known: Learned, *, p: float) -> Outcome:
    usual = known.column_rows[outcome.column]
    seen = f"{outcome.seen} of {values(rows)}, which may be chance ({p_value(p)})"
    allowed = f"about {math.ceil(usual):,} values, as usual"
    figures = {**outcome.figures, "rule": WITH_HISTORY, "p": p}
    return Outcome(outcome.column, "insufficient", outcome.test, seen, allowed, figures)
