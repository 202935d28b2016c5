"""How far the batches of a reference are from each other."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Iterator, Sequence

from seawall.drift.pasts import effects_of
from seawall.drift.values import Past
from seawall.profiles import Profile

__all__ = ["past_of_parts"]


def past_of_parts(
    parts: Sequence[tuple[str, Profile]],
    season: Callable[[str], str] = lambda batch: "",  # noqa: ARG005 - all batches are alike
) -> tuple[Past, ...]:
    """What each batch had against the sum of all others, in their order; none of a single batch.

    A batch that is part of what it is compared with would look nearer than the next one will be.
    Costs three additions and one comparison a batch.
    """
    if len(parts) < 2:  # noqa: PLR2004 - there have to be others
        return ()
    profiles = [profile for _, profile in parts]
    return tuple(
        Past(batch, profile.rows, effects_of(others, profile), season(batch))
        for (batch, profile), others in zip(parts, _others(profiles), strict=True)
    )


def _others(profiles: Sequence[Profile]) -> Iterator[Profile]:
    """For each, the sum of all but it: what stands before it, and what stands behind."""
    before = list(itertools.accumulate(profiles[:-1], operator.add))
    behind = list(itertools.accumulate(profiles[:0:-1], operator.add))[::-1]
    yield behind[0]
    yield from map(operator.add, before[:-1], behind[1:])
    yield before[-1]
