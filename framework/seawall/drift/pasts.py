"""How far each of the earlier batches was from those before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from seawall.drift.effects import Effect, effect
from seawall.drift.values import Past
from seawall.profiles import ColumnProfile, Profile
from seawall.profiles.distinct import Distinct

__all__ = ["ALIKE", "against", "effects_of", "past_of", "rolling_reference"]

ALIKE = 4
"""From so many batches of one season on, like is compared with like; of fewer, with all."""

Batch = tuple[str, Profile, str]
"""A batch's name, its profile, its season."""


def effects_of(reference: Profile, batch: Profile) -> dict[str, Effect]:
    """What each column of the batch has against the reference; those that cannot be compared are left out."""
    found = {}
    for name, column in batch.columns.items():
        there = reference.columns.get(name)
        if there is not None and there.shape == column.shape:
            found[name] = effect(there, column)
    return found


def against(reference: Profile, batches: Sequence[Batch]) -> tuple[Past, ...]:
    """How far each of the batches is from one reference."""
    return tuple(
        Past(name, profile.rows, effects_of(reference, profile), season)
        for name, profile, season in batches
    )


def rolling_reference(before: Sequence[Batch], season: str = "", *, rolling: int) -> Profile | None:
    """The sum of the newest batches of the season (of all, if these are few); None of no batch.

    `before` has the oldest first. A column counts from the newest batch back to where it was counted
    otherwise.
    """
    alike = [batch for batch in before if batch[2] == season]
    chosen = (alike if len(alike) >= ALIKE else list(before))[-rolling:]
    if not chosen:
        return None
    newest = chosen[-1][1]
    columns = {name: _summed(name, column, chosen) for name, column in newest.columns.items()}
    return Profile(sum(profile.rows for _, profile, _ in chosen), columns)


def past_of(batches: Sequence[Batch], *, rolling: int) -> tuple[Past, ...]:
    """Each batch against the rolling reference of those before it; the first has none and is left out."""
    found, counts = [], [(name, _counts(profile), season) for name, profile, season in batches]
    for place, (name, profile, season) in enumerate(batches):
        reference = rolling_reference(counts[:place], season, rolling=rolling)
        if reference is not None:
            found.append(Past(name, profile.rows, effects_of(reference, profile), season))
    return tuple(found)


def _counts(profile: Profile) -> Profile:
    """The profile without its distinct values: half the cost of adding it up, and no effect has them."""
    columns = profile.columns.items()
    return Profile(profile.rows, {name: replace(c, distinct=Distinct()) for name, c in columns})


def _summed(name: str, newest: ColumnProfile, chosen: Sequence[Batch]) -> ColumnProfile:
    total = newest
    for _, profile, _ in reversed(chosen[:-1]):
        column = profile.columns.get(name)
        if column is None or column.shape != newest.shape:
            break
        total = column + total
    return total
