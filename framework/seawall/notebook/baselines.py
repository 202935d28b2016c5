"""A reference with how far earlier batches were from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from seawall.drift.pasts import against, past_of, rolling_reference
from seawall.drift.values import Baseline
from seawall.notebook.handed import Handed
from seawall.notebook.looks import Measured
from seawall.profiles import Profile

__all__ = ["fixed", "rolling", "rolling_look"]

_ROLLING = 10


def fixed(handed: Handed, reference: Profile, earlier: Sequence[Measured]) -> Baseline:
    """The reference, with how far each of the earlier batches was from it, the oldest first."""
    past = against(reference, _named(earlier))
    return Baseline(handed.name, reference, (*handed.past, *past))


def rolling_look(earlier: Sequence[Measured]) -> Measured:
    """The sum of the last ten batches, with the columns of the newest."""
    reference = rolling_reference(_named(earlier), rolling=_ROLLING)
    return replace(earlier[-1], profile=reference or Profile(0, {}))


def rolling(reference: Profile, earlier: Sequence[Measured]) -> Baseline:
    """The last ten batches, with how far each earlier one was from those before it."""
    last = min(len(earlier), _ROLLING)
    name = f"the last {last} batches" if last > 1 else "the batch before"
    return Baseline(name, reference, past_of(_named(earlier), rolling=_ROLLING))


def _named(earlier: Sequence[Measured]) -> list[tuple[str, Profile, str]]:
    return [(f"history[{place}]", one.profile, "") for place, one in enumerate(earlier)]
