"""Which of many tests count as surprising, when some of them could not have been."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seawall.drift.significance import discoveries

__all__ = ["Surprises", "surprises"]


@dataclass(frozen=True, slots=True)
class Surprises:
    """Which of some tests are discoveries, and the p up to which they are."""

    found: NDArray[np.bool_]
    limit: float


def surprises(p_values: Sequence[float], least: Sequence[float], q: float) -> Surprises:
    """The discoveries by Benjamini and Hochberg: a share q of them is false on average, at most.

    A test of counts has a smallest p that it can reach, given what was counted on both sides together.
    One that cannot reach q/K, with K the number of those that can, is no part of the family
    (Tarone 1990; Gilbert 2005): columns without a null cost the others no power. NaN is a test that could
    not be made.
    """
    given = np.asarray(p_values, dtype=np.float64)
    reach = np.where(np.isnan(given), np.inf, np.asarray(least, dtype=np.float64))
    tests = _tests(reach, q)
    found = discoveries(np.where(reach <= q / tests, given, np.nan).tolist(), q)
    return Surprises(found, q * max(int(found.sum()), 1) / tests)


def _tests(reach: NDArray[np.float64], q: float) -> int:
    """The smallest K, 1 at least, for which no more than K tests can reach q/K."""
    ordered = np.sort(reach)
    sizes = range(1, len(ordered) + 2)
    return next(k for k in sizes if np.searchsorted(ordered, q / k, "right") <= k)
