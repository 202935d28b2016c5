"""Single values that a batch has often: stuck sensors, defaults, sentinels."""

from __future__ import annotations

import bisect
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seawall.drift.shares import Share, rise_p
from seawall.profiles.column import ColumnProfile
from seawall.profiles.shape import WORDED

__all__ = ["Prominent", "most_risen", "prominent", "risen_p"]

_NONE = Share(0, 0)


@dataclass(frozen=True, slots=True)
class Prominent:
    """A value of the batch with its share there and in the reference; '' where none is known.

    `before` is read from below, `bound` from above: they differ for values that neither the grid nor
    the vocabulary names, of which the reference may have as many as lie in their gap. Numbers are
    named by the shortest text that reads back as them.
    """

    value: str = ""
    now: Share = _NONE
    before: Share = _NONE
    bound: Share = _NONE


@dataclass(frozen=True, slots=True)
class _Candidates:
    """For each cell its most frequent value that is known by name: its rows, and the reference's at most."""

    batch: NDArray[np.int64]
    bound: NDArray[np.int64]
    names: dict[int, str]
    """Of values that neither the grid nor the vocabulary names, by cell."""


def prominent(reference: ColumnProfile, batch: ColumnProfile) -> tuple[Prominent, Prominent]:
    """The value that most of the batch's values are, and the one whose share rose most."""
    candidates = _candidates(reference, batch)
    most = int(candidates.batch.argmax())
    return (
        _prominent(reference, batch, candidates, most),
        _most_risen(reference, batch, candidates),
    )


def most_risen(reference: ColumnProfile, batch: ColumnProfile) -> Prominent:
    """The value whose share rose most, by surprise: 0 → 2 % is more than 50 → 53 %.

    By the deviance of a Poisson count against what the reference's share lets expect.
    """
    return _most_risen(reference, batch, _candidates(reference, batch))


def _most_risen(
    reference: ColumnProfile, batch: ColumnProfile, candidates: _Candidates
) -> Prominent:
    together = candidates.batch + candidates.bound
    total = max(batch.counted + reference.counted, 1)
    expected = np.maximum(together * (batch.counted / total), 1e-300)
    seen = np.maximum(candidates.batch, 1e-300)
    deviance = seen * np.log(seen / expected) - (seen - expected)
    risen = np.where(candidates.batch > expected, deviance, 0.0)
    return _prominent(reference, batch, candidates, int(risen.argmax()))


def risen_p(risen: Prominent, candidates: int) -> float:
    """The probability that any of so many values rises like this in a sample of the same distribution.

    Fisher's exact test, one-sided, times the number of values that the batch has (Bonferroni). NaN without values.
    """
    p = rise_p(risen.bound, risen.now)
    return p if math.isnan(p) else min(1.0, p * max(candidates, 1))


def _candidates(reference: ColumnProfile, batch: ColumnProfile) -> _Candidates:
    named = _named_cells(batch)
    rows = np.where(named, batch.cells, 0)
    bound = reference.cells.copy()
    names: dict[int, str] = {}
    for name, count in sorted(batch.atoms.counts.items()):
        cell = _cell(batch, name)
        if count > rows[cell]:
            rows[cell], names[cell] = count, name
            known = reference.atoms.counts.get(name, 0) + reference.atoms.missed
            bound[cell] = min(int(reference.cells[cell]), known)
    return _Candidates(rows, bound, names)


def _prominent(
    reference: ColumnProfile, batch: ColumnProfile, candidates: _Candidates, cell: int
) -> Prominent:
    now, rows = int(candidates.batch[cell]), reference.counted
    if not now:
        return Prominent(now=Share(0, batch.counted), before=Share(0, rows), bound=Share(0, rows))
    bound = int(candidates.bound[cell])
    if cell in candidates.names:
        name = candidates.names[cell]
        before = min(reference.atoms.counts.get(name, 0), bound)
    else:
        name, before = _name(batch, cell), bound
    return Prominent(name, Share(now, batch.counted), Share(before, rows), Share(bound, rows))


def _named_cells(profile: ColumnProfile) -> NDArray[np.bool_]:
    cells = np.arange(len(profile.cells))
    return cells < len(cells) - 1 if profile.shape.kind in WORDED else cells % 2 == 1


def _name(profile: ColumnProfile, cell: int) -> str:
    if profile.shape.kind in WORDED:
        return profile.shape.vocabulary[cell]
    return repr(float(profile.shape.grid[cell // 2]))


def _cell(profile: ColumnProfile, name: str) -> int:
    """The gap that a value lies in which the grid does not name, or the cell of all unlisted words."""
    if profile.shape.kind in WORDED:
        return len(profile.cells) - 1
    return 2 * bisect.bisect_left(profile.shape.grid, float(name))
