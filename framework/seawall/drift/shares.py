"""Two shares of rows, and how surprising their difference is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Share", "change_p", "mean_deviation", "rise_p"]

Rows = int | NDArray[np.int64]

_EXACT_TO_SD = 100.0
"""From this standard deviation of the count on, the normal tail is within 15 % at p = 1e-6."""
_TAIL_SDS = 12
_TAIL_ROWS = 100


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `rows`."""

    count: int
    rows: int

    @property
    def value(self) -> float:
        """The share; 0 of no rows."""
        return self.count / self.rows if self.rows else 0.0


def change_p(reference: Share, batch: Share) -> float:
    """The probability of a difference like this, in either direction, when both have one share.

    Twice the smaller tail of Fisher's exact test, 1 at most: its level holds for any number of rows,
    also for counts of 0, where the z of two proportions breaks. NaN when either has no rows.
    """
    if not reference.rows or not batch.rows:
        return math.nan
    flipped = Share(batch.rows - batch.count, batch.rows)
    before = Share(reference.rows - reference.count, reference.rows)
    return min(1.0, 2 * min(rise_p(reference, batch), rise_p(before, flipped)))


def rise_p(reference: Share, batch: Share) -> float:
    """The probability that the batch's count is at least this large when both have one share.

    The upper tail of Fisher's exact test (hypergeometric, all counts given), summed from the count
    upward until nothing more can come; where its standard deviation exceeds 100 rows, the normal
    tail with a correction for continuity. NaN when either has no rows.
    """
    if not reference.rows or not batch.rows:
        return math.nan
    rows, hits = reference.rows + batch.rows, reference.count + batch.count
    mean = batch.rows * (hits / rows)
    sd = math.sqrt(mean * (1 - hits / rows) * (reference.rows / rows) * rows / max(rows - 1, 1))
    if sd > _EXACT_TO_SD:
        from scipy.special import ndtr

        return float(ndtr((mean - batch.count + 0.5) / sd))
    reach = int(_TAIL_SDS * sd) + _TAIL_ROWS
    if batch.count < mean - reach:
        return 1.0
    last = min(hits, batch.rows, max(batch.count, int(mean)) + reach)
    tail = np.arange(batch.count, last + 1)
    return min(1.0, float(np.exp(_log_probability(tail, hits, rows, batch.rows)).sum()))


def mean_deviation(hits: NDArray[np.int64], rows: int, chosen: int) -> NDArray[np.float64]:
    """The mean of |X − μ| for each X, the hits among the rows that are chosen at random.

    2k(N − K − n + k)/N · P(X = k) with k = ⌊μ⌋ + 1: de Moivre's formula for the hypergeometric
    distribution (Diaconis and Zabell, "Closed form summation for classical distributions", 1991).
    """
    if not 0 < chosen < rows:
        return np.zeros(len(hits))
    above = np.floor(chosen * (hits / rows)).astype(np.int64) + 1
    possible = (above <= hits) & (above <= chosen)
    k = np.where(possible, above, 0)
    left = rows - hits - chosen + k
    p = np.exp(_log_probability(k, hits, rows, chosen))
    return np.where(possible, 2 * k * left / rows * p, 0.0)


def _log_probability(
    counts: NDArray[np.int64], hits: Rows, rows: int, chosen: int
) -> NDArray[np.float64]:
    """The logarithm of the hypergeometric probability that the chosen rows have so many hits."""
    ways = _log_choose(hits, counts) + _log_choose(rows - hits, chosen - counts)
    return np.asarray(ways - _log_choose(rows, chosen))


def _log_choose(rows: Rows, chosen: Rows) -> NDArray[np.float64]:
    """The logarithm of the number of ways to choose k of n: −ln(n + 1) − ln B(n − k + 1, k + 1)."""
    from scipy.special import betaln

    return np.asarray(-np.log1p(rows) - betaln(rows - chosen + 1.0, chosen + 1.0))
