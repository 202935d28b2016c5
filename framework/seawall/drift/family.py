"""Which of many tests count as surprising, when some of them could not have been."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seawall.drift.significance import discoveries

__all__ = ["Surprises", "surprises"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Surprises:
    """For each of some tests whether it is a discovery, and the p up to which it would be one."""

    found: NDArray[np.bool_]
    limits: Floats


def surprises(
    p_values: Sequence[float], least: Sequence[float], columns: Sequence[str], q: float
) -> Surprises:
    """The discoveries by Benjamini and Hochberg, at most a share q of the columns among them false.

    The tests of a column make one p (Simes 1986), the columns' p make discoveries, and in these the tests do at
    the level that is left to a column (Benjamini and Bogomolov 2014). For one faulty column that is the
    rule over all tests; several tests that find it do not make it easier for other columns to be found.

    A test of counts has a smallest p that it can reach, given what was counted on both sides together.
    One that cannot reach q/K, with K the number of those that can, is no part of the family
    (Tarone 1990): columns without a null cost the others no power. NaN is a test that could not be made.
    """
    p = np.asarray(p_values, np.float64)
    family = _family(np.where(np.isnan(p), np.inf, np.asarray(least, np.float64)), q)
    members = [np.flatnonzero(np.equal(columns, name) & family) for name in dict.fromkeys(columns)]
    members = [tests for tests in members if len(tests)]
    chosen = discoveries([_simes(p[tests]) for tests in members], q)
    level = q * max(int(chosen.sum()), 1) / max(len(members), 1)
    found, limits = np.zeros(len(p), np.bool_), np.full(len(p), level)
    for tests, told in zip(members, chosen.tolist(), strict=True):
        if told:
            found[tests] = discoveries(p[tests].tolist(), level)
        limits[tests] = level * max(int(found[tests].sum()), 1) / len(tests)
    return Surprises(found, limits)


def _family(least: Floats, q: float) -> NDArray[np.bool_]:
    """Which tests can reach q/K, for the smallest K that no more than K tests can reach."""
    ordered = np.sort(least)
    sizes = range(1, len(ordered) + 2)
    tests = next(k for k in sizes if np.searchsorted(ordered, q / k, "right") <= k)
    return least <= q / tests


def _simes(p: Floats) -> float:
    """The p of all these tests together: the least p(i)·k/i."""
    return float((np.sort(p) * len(p) / np.arange(1, len(p) + 1)).min())
