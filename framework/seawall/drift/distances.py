"""How far apart two samples are, by every measure, read off the counts of the same cells."""

from __future__ import annotations

import math

import numpy as np

from seawall.drift.binned import hellinger, jensen_shannon, psi, tenths
from seawall.drift.categories import comparable
from seawall.drift.counts import Counts, counted
from seawall.drift.transport import wasserstein
from seawall.profiles.column import ColumnProfile
from seawall.profiles.shape import WORDED

__all__ = ["distances", "ks", "total_variation"]


def distances(reference: ColumnProfile, batch: ColumnProfile) -> dict[str, float]:
    """Every distance that the column's kind has, by name; NaN where a side has no values.

    Of words: total_variation, psi, jensen_shannon and hellinger, over the categories that can be
    compared fairly. Of the others: ks, wasserstein, and the same three over the reference's tenths.
    ValueError when the shapes differ.
    """
    counts = counted(reference, batch)
    if batch.shape.kind in WORDED:
        bins = comparable(counts)
        own = {"total_variation": total_variation(bins)[0]}
    else:
        bins = tenths(counts) if counts.comparable else counts
        own = {"ks": ks(counts)[0], "wasserstein": wasserstein(reference, batch)}
    return own | {
        "psi": psi(bins),
        "jensen_shannon": jensen_shannon(bins),
        "hellinger": hellinger(bins),
    }


def ks(counts: Counts) -> tuple[float, float]:
    """A lower and an upper bound of D = max|F − G|, the distance of Kolmogorov and Smirnov.

    F and G are known on both sides of every grid point, which gives the lower bound. Between two
    points all of one side's values may lie before all of the other's: the upper bound allows for
    that. They differ by what lies in one gap, 1/255 of the reference at most when the grid was made
    from it, plus the batch's share there. NaN when a side has no values.
    """
    if not counts.comparable:
        return math.nan, math.nan
    batch = np.cumsum(counts.batch) / counts.rows
    reference = np.cumsum(counts.reference) / counts.reference_rows
    lowest = float(np.abs(batch - reference).max())
    batch_before = np.concatenate([[0.0], batch[:-1]])
    reference_before = np.concatenate([[0.0], reference[:-1]])
    hidden = np.maximum(batch - reference_before, reference - batch_before)[~counts.single]
    return lowest, float(max(hidden.max(initial=0.0), lowest))


def total_variation(counts: Counts) -> tuple[float, float]:
    """A lower and an upper bound of ½ Σ|p − q| over the categories (Levin and Peres, 2017, 4.1).

    Unlisted values count as one category for the lower bound; the upper one supposes that
    the two sides share none of them. NaN when a side has no values.
    """
    if not counts.comparable:
        return math.nan, math.nan
    batch = counts.batch / counts.rows
    reference = counts.reference / counts.reference_rows
    lowest = float(np.abs(batch - reference).sum() / 2)
    hidden = np.minimum(batch, reference)[~counts.single].sum()
    return lowest, min(1.0, lowest + float(hidden))
