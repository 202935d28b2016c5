"""Categories that can be compared fairly: the vocabulary was chosen by the reference's own counts.

A word is listed because the reference has it often, by luck in part, so that a new batch has less of
the listed rare words, and more of the unlisted, without any drift. Taken at its word, the
share of unlisted values alarms on nearly every clean batch of a column with thousands of categories.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from seawall.drift.counts import Counts
from seawall.drift.shares import Share, mean_deviation
from seawall.profiles.column import ColumnProfile
from seawall.profiles.shape import MOST_WORDS

__all__ = ["comparable", "noise", "unlisted_before"]

FEWEST = 5
"""A value that a large reference has less often is not listed; a small one lists all it has."""


def comparable(counts: Counts) -> Counts:
    """The categories, with the rare ones and the unlisted in one cell where luck has listed some.

    Rare is a word with fewer rows on both sides together than an unlisted one can be
    expected to have, so that it doesn't matter on which side of the list a rare word stands.
    """
    cutoff = _cutoff(counts.reference)
    if not cutoff or not counts.comparable:
        return counts
    most = (cutoff + 3 * math.sqrt(cutoff) + 3) * (1 + counts.rows / counts.reference_rows)
    kept = counts.reference + counts.batch >= most
    kept[-1] = False
    return Counts(
        np.append(counts.reference[kept], counts.reference[~kept].sum()),
        np.append(counts.batch[kept], counts.batch[~kept].sum()),
        np.append(counts.single[kept], False),
    )


def unlisted_before(reference: ColumnProfile) -> Share:
    """The share that unlisted values had in the reference, as large as a new batch of it may show.

    The rows of unlisted values, and of words that are listed by luck: those whose count is
    within two standard deviations of the cutoff. Good (1953) adds the words at the cutoff
    itself, which is right on average; by luck's measure the level of a test holds.
    """
    unlisted, cutoff = int(reference.cells[-1]), _cutoff(reference.cells)
    if not cutoff or reference.shape.kind == "boolean":
        return Share(unlisted, reference.counted)
    words = reference.cells[:-1]
    lucky = words[words <= cutoff + 2 * math.sqrt(cutoff)]
    return Share(unlisted + int(lucky.sum()), reference.counted)


def noise(counts: Counts) -> float:
    """The total variation that two samples of one distribution have on average, given both together.

    ½(1/n + 1/m) Σ E|a − n·t/(n + m)| over the categories, t of whose rows are dealt out at random. It
    grows with the number of categories: with 1,000 equally frequent ones, a batch of 1,000 rows
    is 0.38 away from a large reference. 0 when a side has no values.
    """
    if not counts.comparable:
        return 0.0
    rows = counts.rows + counts.reference_rows
    apart = mean_deviation(counts.reference + counts.batch, rows, counts.rows).sum()
    return float(apart * (1 / counts.rows + 1 / counts.reference_rows) / 2)


def _cutoff(reference: NDArray[np.int64]) -> int:
    """How often a value had to stand in the reference to be listed; 0 where all are, and none is rare."""
    words = reference[:-1]
    if len(words) >= MOST_WORDS:
        return int(words.min())
    rarest = int(words.min(initial=FEWEST, where=words > 0))
    if rarest < FEWEST:
        return 1
    return FEWEST if reference[-1] else 0
