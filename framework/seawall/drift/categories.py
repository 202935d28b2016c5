"""Categories that can be compared fairly: the vocabulary was chosen by the reference's own counts.

A word is listed because the reference has it often, by luck in part, so that a new batch has less of
the listed rare words, and more of the unlisted, without any drift. Taken at its word, the
share of unlisted values alarms on nearly every clean batch of a column with thousands of categories.
"""

from __future__ import annotations

import math

import numpy as np

from seawall.drift.counts import Counts
from seawall.drift.shares import Share
from seawall.profile.shape import MOST_WORDS

__all__ = ["comparable", "noise", "unlisted_before"]

FEWEST = 5
"""A value that the reference has less often is not listed."""


def comparable(counts: Counts) -> Counts:
    """The categories, with the rare ones and the unlisted in one cell where any are unlisted before.

    Rare is a word with fewer rows on both sides together than an unlisted one can be
    expected to have, so that it doesn't matter on which side of the list a rare word stands.
    """
    if not counts.reference[-1] or not counts.rows:
        return counts
    cutoff = _cutoff(counts)
    most = (cutoff + 3 * math.sqrt(cutoff) + 3) * (1 + counts.rows / counts.reference_rows)
    kept = counts.reference + counts.batch >= most
    kept[-1] = False
    return Counts(
        np.append(counts.reference[kept], counts.reference[~kept].sum()),
        np.append(counts.batch[kept], counts.batch[~kept].sum()),
        np.append(counts.single[kept], False),
    )


def unlisted_before(counts: Counts) -> Share:
    """The share that an unlisted value had in the reference, as large as a new batch of it may show.

    The rows of unlisted values, and of words that are listed by luck: those whose count is
    within two standard deviations of the cutoff. Good (1953) adds the words at the cutoff
    itself, which is right on average; by luck's measure the level of a test holds.
    """
    unlisted, rows = int(counts.reference[-1]), counts.reference_rows
    if not unlisted:
        return Share(0, rows)
    cutoff = _cutoff(counts)
    words = counts.reference[:-1]
    lucky = words[words <= cutoff + 2 * math.sqrt(cutoff)]
    return Share(unlisted + int(lucky.sum()), rows)


def noise(counts: Counts) -> float:
    """The total variation that two samples of one distribution have on average, at most.

    ½ Σ √(p(1 − p)(1/n + 1/m)), with p from both samples together: the mean of an absolute
    difference does not exceed its standard deviation. It grows with the number of categories: with 1,000
    equally frequent ones and batches of 1,000 rows it is above 0.4. 0 when a side has no values.
    """
    if not counts.comparable:
        return 0.0
    both = counts.reference + counts.batch
    shares = both / both.sum()
    spread = np.sqrt(shares * (1 - shares)).sum() / 2
    return float(spread * math.sqrt(1 / counts.rows + 1 / counts.reference_rows))


def _cutoff(counts: Counts) -> int:
    """How often a value has to stand in the reference to be listed."""
    words = counts.reference[:-1]
    return int(words.min()) if len(words) >= MOST_WORDS else FEWEST
