"""Judging a batch by a reference alone: a difference has to be surprising, and large enough to matter.

Where it is surprising, a test fails when what is proven of its effect lies above the second floor, and
warns when the effect lies above the first. Surprising is decided over every test of every column together
(see `family`), so that the number of columns does not raise the number of false alarms.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from seawall.contracts import Scalar
from seawall.drift.family import surprises
from seawall.drift.settings import Settings, Terms
from seawall.drift.significance import radius
from seawall.drift.trials import Trial, trials
from seawall.drift.uncounted import uncounted
from seawall.drift.values import Outcome, Status
from seawall.drift.words import SIGNS, number, p_and_limit, points, statistic, values
from seawall.profiles import ColumnProfile, Profile

__all__ = ["ENOUGH", "WITHOUT_HISTORY", "Tried", "cold_outcomes", "judged", "rows_enough"]

ENOUGH = 0.10
"""How far KS D may go by chance, at 5 %, in a batch that can be told to be like the reference."""
WITHOUT_HISTORY = "without history"
_CHANCE = 0.05
_MANY = 10**9


@dataclass(frozen=True, slots=True)
class Tried:
    """A test of a column, with what may be said of it at most."""

    column: str
    terms: Terms
    trial: Trial


def cold_outcomes(reference: Profile, batch: Profile, settings: Settings) -> list[Outcome]:
    """What every test of every column says, the predictions first, then in the batch's order.

    A column that was not counted as in the reference is uncalibrated; one of too few values,
    in which nothing was found, insufficient.
    """
    there, known = _columns(batch, settings), reference.columns
    apart = [
        uncounted(name, known.get(name), batch.columns[name], WITHOUT_HISTORY) for name in there
    ]
    outcomes = [outcome for outcome in apart if outcome]
    alpha = settings.alpha / max(len(there), 1)
    tried = [
        Tried(name, settings.of(name), trial)
        for name, outcome in zip(there, apart, strict=True)
        if outcome is None
        for trial in trials(known[name], batch.columns[name], settings.of(name).floors, alpha=alpha)
    ]
    outcomes += judged(tried, settings.q)
    outcomes += _too_small(reference, batch, outcomes)
    return sorted(outcomes, key=lambda outcome: there.index(outcome.column))


def rows_enough(reference_rows: int) -> int | None:
    """How many values a batch needs to be told from the reference; None where no number would do."""
    spare = ENOUGH**2 / (math.log(2 / _CHANCE) / 2) - (1 / reference_rows if reference_rows else 1)
    return math.ceil(1 / spare) if spare > 0 else None


def _columns(batch: Profile, settings: Settings) -> list[str]:
    outputs = [name for name in settings.outputs if name in batch.columns]
    return outputs + [name for name in batch.columns if name not in outputs]


def judged(tried: Sequence[Tried], q: float) -> Iterator[Outcome]:
    """What each test says, decided over all of them together; `q` as in `family.surprises`."""
    p, least = [one.trial.p for one in tried], [one.trial.least for one in tried]
    family = surprises(p, least, [one.column for one in tried], q)
    for one, found, limit in zip(tried, family.found, family.limits.tolist(), strict=True):
        yield _outcome(one, _status(one) if found else "ok", limit)


def _status(one: Tried) -> Status:
    """What a surprising test comes to."""
    trial = one.trial
    if not trial.change >= trial.floors[0]:
        return "ok"
    return "fail" if trial.proven >= trial.floors[1] and one.terms.most == "fail" else "warn"


def _outcome(one: Tried, status: Status, p_limit: float) -> Outcome:
    trial = one.trial
    figures: dict[str, Scalar] = {
        "rule": WITHOUT_HISTORY,
        "statistic": trial.now,
        "before": trial.before,
        "change": trial.change,
        "limit": trial.floors[0],
        "p_limit": p_limit,
    }
    seen = statistic(trial.test, trial.before, trial.now)
    limit = f"{p_limit:.2g}"
    if not math.isnan(trial.p):
        said, limit = p_and_limit(trial.p, p_limit)
        figures["p"], seen = trial.p, f"{seen}, {said}"
    return Outcome(one.column, status, trial.test, seen, _allowed(trial, limit), figures)


def _allowed(trial: Trial, p_limit: str) -> str:
    """What would be ok."""
    if not trial.floors[0]:
        return f"p above {p_limit}"
    if trial.test in SIGNS:
        return f"below {number(trial.floors[0])}, or p above {p_limit}"
    return f"a change of less than {points(trial.floors[0])}, or p above {p_limit}"


def _too_small(
    reference: Profile, batch: Profile, outcomes: Sequence[Outcome]
) -> Iterator[Outcome]:
    """Of each column in which nothing was found, and little could have been: how many values would do."""
    found = {outcome.column for outcome in outcomes if outcome.status != "ok"}
    for name, column in batch.columns.items():
        if name not in found and _tells_nothing(reference.columns[name], column):
            yield _insufficient(name, column.counted, reference.columns[name].counted)


def _tells_nothing(reference: ColumnProfile, batch: ColumnProfile) -> bool:
    """Whether there are too few values, other than where nulls are all that both sides have."""
    if reference.rows and batch.rows and not reference.counted + batch.counted:
        return False
    return radius(_CHANCE, batch.counted, reference.counted) > ENOUGH


def _insufficient(column: str, rows: int, reference_rows: int) -> Outcome:
    enough = rows_enough(reference_rows)
    allowed = f"at least {enough or rows_enough(_MANY):,} values"
    figures: dict[str, Scalar] = {"rule": WITHOUT_HISTORY, "statistic": rows, "limit": enough}
    seen = f"{values(rows)} against {reference_rows:,}"
    if enough is None:
        allowed += " in the reference, and more in the batch"
    return Outcome(column, "insufficient", "distance", seen, allowed, figures)
