"""Which categories grew, which shrank, and which are new."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import numpy as np

from seawall.drift.words import percent
from seawall.profiles import ColumnProfile
from seawall.shown import shown

__all__ = ["word_moves"]

_NAMED = 3
_TOLD = 0.005
"""A category whose share moved by less is not named."""


def word_moves(
    reference: ColumnProfile, batch: ColumnProfile, tests: Collection[str]
) -> Iterator[str]:
    """`new: 'XX' 3.1%`, `grew: 'AA' 10% → 14%`, `shrank: 'UA' 20% → 15%`; three of each at most."""
    if "unlisted" in tests:
        yield f"new: {', '.join(_new(reference, batch))}"
    if "distance" not in tests:
        return
    words = batch.shape.vocabulary
    before, now = reference.cells / reference.counted, batch.cells / batch.counted
    change = (now - before)[:-1]
    order = np.argsort(change, kind="stable")
    chosen = {"grew": order[::-1][:_NAMED], "shrank": order[:_NAMED]}
    for verb, sign in (("grew", 1), ("shrank", -1)):
        said = [
            f"{shown(words[i])} {percent(before[i])} → {percent(now[i])}"
            for i in chosen[verb].tolist()
            if change[i] * sign >= _TOLD
        ]
        if said:
            yield f"{verb}: {', '.join(said)}"


def _new(reference: ColumnProfile, batch: ColumnProfile) -> Iterable[str]:
    """The most frequent unlisted values with their shares, and what all of them have together."""
    named = sorted(batch.atoms.counts.items(), key=lambda entry: (-entry[1], entry[0]))
    for name, count in named[:_NAMED]:
        yield f"{shown(name)} {percent(count / batch.counted)}"
    if len(named) != 1:
        total, before = batch.unlisted / batch.counted, reference.unlisted / reference.counted
        yield f"values that are not listed {percent(before)} → {percent(total)}"
