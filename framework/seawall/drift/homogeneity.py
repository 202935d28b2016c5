"""Whether two samples of categories come from one distribution."""

from __future__ import annotations

import math

import numpy as np

from seawall.drift.categories import comparable
from seawall.drift.counts import Counts
from seawall.drift.shares import Share, change_p

__all__ = ["categories_p", "chi2_p", "merged"]

LEAST_EXPECTED = 5
_TWO = 2


def categories_p(counts: Counts) -> float:
    """The probability that categories of one distribution differ this much; NaN when a side is empty.

    Chi² of homogeneity over the categories that can be compared fairly; where no more than two have
    any rows, Fisher's exact test, which has no need of merging.
    """
    if not counts.comparable:
        return math.nan
    fair = comparable(counts)
    filled = np.flatnonzero(fair.reference + fair.batch)
    if len(filled) > _TWO:
        return chi2_p(fair)
    first = filled[0]
    before = Share(int(fair.reference[first]), fair.reference_rows)
    return change_p(before, Share(int(fair.batch[first]), fair.rows))


def chi2_p(counts: Counts) -> float:
    """The p of Pearson's chi² test of homogeneity (1900), both samples being samples.

    Cells with fewer than 5 expected rows on either side are merged first (Cochran 1954); 1.0 when all
    fall into one. NaN when a side has no values.
    """
    if not counts.comparable:
        return math.nan
    from scipy.special import chdtrc

    cells = merged(counts)
    if len(cells.batch) < _TWO:
        return 1.0
    n, m = counts.rows, counts.reference_rows
    both = cells.batch + cells.reference
    # With two rows the sum over all 2k cells is one over the k columns: (m·a − n·b)²/(n·m·(a + b)).
    apart = cells.batch * math.sqrt(m / n) - cells.reference * math.sqrt(n / m)
    return float(chdtrc(len(both) - 1, (apart * apart / both).sum()))


def merged(counts: Counts) -> Counts:
    """The cells that have rows, those with fewer than 5 expected in one, with the next rarest if need be.

    What is merged follows from the rows of both sides together, so that it favours neither.
    """
    both = counts.reference + counts.batch
    rarest_first = np.argsort(both, kind="stable")
    expected = both[rarest_first] * (min(counts.rows, counts.reference_rows) / both.sum())
    few = int(np.searchsorted(expected, LEAST_EXPECTED))
    if expected[:few].sum() and expected[:few].sum() < LEAST_EXPECTED:
        few += 1
    pool, kept = rarest_first[:few], np.sort(rarest_first[few:])
    reference, batch = counts.reference[pool].sum(), counts.batch[pool].sum()
    cells = Counts(
        np.append(counts.reference[kept], reference),
        np.append(counts.batch[kept], batch),
        np.append(counts.single[kept], False),
    )
    if reference + batch:
        return cells
    return Counts(cells.reference[:-1], cells.batch[:-1], cells.single[:-1])
