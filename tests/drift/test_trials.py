"""The tests that a column is put to without history, one by one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from seawall.drift.effects import effect
from seawall.drift.settings import Floors
from seawall.drift.trials import Trial, trials
from tests.drift.columns import pair

EVEN = norm.ppf((np.arange(20_000) + 0.5) / 20_000)
"""A normal column, without chance."""


def tried(batch: np.ndarray) -> dict[str, Trial]:
    """The tests of a batch against the normal column, by name."""
    return {one.test: one for one in trials(*pair(EVEN, batch), Floors(), alpha=0.05)}


@pytest.mark.parametrize("shift", [0.05, 0.1, 0.2])
def test_the_change_of_location_is_in_standard_deviations(shift: float) -> None:
    """Within 5 % for a normal column, so that its floor is what it says."""
    found = tried(EVEN[::5] + shift)

    assert found["location"].change == pytest.approx(shift, rel=0.05)


@pytest.mark.parametrize("ratio", [1.05, 1.1])
def test_the_change_of_scale_is_the_logarithm_of_the_ratio(ratio: float) -> None:
    """Within 15 % for a normal column: ranks see a little less of its tails."""
    found = tried(EVEN[::5] * ratio)

    assert found["scale"].change == pytest.approx(np.log(ratio), rel=0.15)


def test_a_column_that_was_constant_has_neither_shift_nor_spread() -> None:
    """There are no standard deviations to measure them in."""
    seen = effect(*pair([7.0] * 50, np.arange(50.0)))

    assert (seen.shift, seen.spread) == (0.0, 0.0)
