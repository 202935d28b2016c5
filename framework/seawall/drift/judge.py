"""Whether a batch looks like what it is compared with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from seawall.contracts import Finding
from seawall.drift.cold import cold_outcomes
from seawall.drift.explained import findings
from seawall.drift.ks_rule import ks_outcomes
from seawall.drift.limits import LEAST_PAST, learned
from seawall.drift.other_kind import other_kinds
from seawall.drift.pasts import effects_of
from seawall.drift.seasoned import seasoned_outcomes
from seawall.drift.settings import Settings
from seawall.drift.small import beyond_chance
from seawall.drift.texts import text_outcomes
from seawall.drift.values import Baseline, Outcome, Past
from seawall.drift.wordless import without_words
from seawall.profiles import Profile

__all__ = ["judge_drift", "outcomes_of"]


def judge_drift(
    batch: Profile, baseline: Baseline, settings: Settings, *, live: Profile | None = None
) -> tuple[Finding, ...]:
    """What is to be said of the batch, the predictions first, then its columns by severity.

    A column with eight earlier batches or more is judged by what is usual between batches, any other by
    significance and effect. `live` describes the rows that no fallback served, where there are others.
    """
    outcomes = outcomes_of(batch, baseline, settings)
    return findings(outcomes, baseline, batch, live, outputs=settings.outputs)


def outcomes_of(batch: Profile, baseline: Baseline, settings: Settings) -> list[Outcome]:
    """What every test says, the predictions first; of words that nothing has, that they tell nothing."""
    reference = baseline.reference
    outcomes = list(other_kinds(reference, batch, settings))
    if settings.rule == "ks-p-value":
        outcomes += ks_outcomes(reference, batch, settings)
    else:
        outcomes += text_outcomes(reference, batch, settings)
        outcomes += _by_seawall(batch, baseline, settings)
    order = dict.fromkeys((*settings.outputs, *batch.columns))
    places = {name: place for place, name in enumerate(order)}
    told = without_words(outcomes, reference, batch, settings)
    return sorted(told, key=lambda outcome: places.get(outcome.column, len(places)))


def _by_seawall(batch: Profile, baseline: Baseline, settings: Settings) -> Iterator[Outcome]:
    """By what is usual where there is a history; empty batches are none."""
    past = [one for one in baseline.past if one.rows]
    effects = effects_of(baseline.reference, batch)
    known = [name for name in effects if _batches_with(name, past) >= LEAST_PAST]
    if known:
        limits = learned(past, known, settings)
        seasoned = seasoned_outcomes(effects, batch.rows, limits, settings)
        yield from beyond_chance(seasoned, baseline.reference, batch, limits)
    rest = {name: column for name, column in batch.columns.items() if name not in known}
    if rest:
        yield from cold_outcomes(baseline.reference, replace(batch, columns=rest), settings)


def _batches_with(name: str, past: Sequence[Past]) -> int:
    return sum(name in one.effects for one in past)
