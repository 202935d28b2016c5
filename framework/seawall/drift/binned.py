"""Distances between two histograms: of categories, or over the reference's tenths."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from seawall.drift.counts import Counts

__all__ = ["hellinger", "jensen_shannon", "psi", "tenths"]

BINS = 10

Floats = NDArray[np.float64]


def tenths(counts: Counts) -> Counts:
    """Ordered cells in at most ten bins that end where a tenth, two tenths… of the reference is reached.

    Each bin ends at a grid point or gap, so it is off by what lies in one cell; a value that many
    tenths of the reference have makes fewer bins. Bins by the reference's ranks, unlike equally wide ones,
    are not taken over by one outlier. `counts` has values on both sides.
    """
    reached = np.cumsum(counts.reference)
    ends = np.searchsorted(reached, np.arange(1, BINS) / BINS * reached[-1])
    starts = np.unique(np.append(0, ends + 1))
    starts = starts[starts < len(reached)]
    reference = np.add.reduceat(counts.reference, starts)
    return Counts(
        reference, np.add.reduceat(counts.batch, starts), np.zeros(len(starts), dtype=np.bool_)
    )


def psi(bins: Counts) -> float:
    """The population stability index Σ(p − q)·ln(p/q): Jeffreys' (1946) divergence of both histograms.

    p and q are (c + ½)/(n + k/2), so that an empty bin doesn't make it infinite. Without drift it is about
    (k − 1)(1/n + 1/m), so the usual threshold of 0.2 says little about a batch of 100
    rows. NaN when a side has no values.
    """
    if not bins.comparable:
        return math.nan
    filled = _filled(bins)
    extra = len(filled.batch) / 2
    p = (filled.batch + 0.5) / (filled.rows + extra)
    q = (filled.reference + 0.5) / (filled.reference_rows + extra)
    return float(((p - q) * np.log(p / q)).sum())


def jensen_shannon(bins: Counts) -> float:
    """√(½ KL(p‖h) + ½ KL(q‖h)) with h = (p + q)/2, in bits: 0 to 1 (Endres and Schindelin 2003).

    NaN when a side has no values.
    """
    if not bins.comparable:
        return math.nan
    from scipy.special import rel_entr

    p, q = _shares(bins)
    half = (p + q) / 2
    divergence = (rel_entr(p, half).sum() + rel_entr(q, half).sum()) / 2
    return math.sqrt(max(float(divergence), 0.0) / math.log(2))


def hellinger(bins: Counts) -> float:
    """√(½ Σ(√p − √q)²): 0 to 1 (Le Cam and Yang, Asymptotics in Statistics, 2000). NaN when a side is empty."""
    if not bins.comparable:
        return math.nan
    p, q = _shares(bins)
    apart = np.sqrt(p) - np.sqrt(q)
    return math.sqrt(float(np.dot(apart, apart)) / 2)


def _shares(bins: Counts) -> tuple[Floats, Floats]:
    return bins.batch / bins.rows, bins.reference / bins.reference_rows


def _filled(bins: Counts) -> Counts:
    """The bins that have rows on either side: words of the vocabulary that nobody uses change nothing."""
    filled = bins.batch + bins.reference > 0
    return Counts(bins.reference[filled], bins.batch[filled], bins.single[filled])
