"""Quantiles that messages and figures state are true: where a cell is too wide to tell, it is said."""

from __future__ import annotations

import re

import numpy as np
import pytest

from seawall.drift.figures import figures
from seawall.drift.moved import moves
from tests.drift.columns import pair

RNG = np.random.default_rng(3)
TWO_HILLS = np.r_[RNG.normal(0, 1, 1_600), RNG.normal(1e6, 1, 1_400)]
BETWEEN = np.r_[RNG.normal(3, 1, 1_030), RNG.normal(1e6 + 3, 1, 970)]
"""Its median, 4.92, lies in the gap of the grid between both hills."""
_ALONE = r"(median|p\d\d:) ([-\d.,]*\d) → ([-\d.,]*\d)"


def told(reference: np.ndarray, batch: np.ndarray) -> str:
    """What is said of the distance."""
    (said,) = moves(*pair(reference, batch), {"distance"})
    return said


def test_a_median_in_a_wide_gap_is_told_by_its_bounds() -> None:
    """A million lies between the ends of the cell; both are said, and the true median is between them."""
    said = told(TWO_HILLS, BETWEEN)
    found = re.match(r"median 1.51 → between ([\d.]+) and ([\d,]+)", said)

    assert found, said
    low, high = (float(end.replace(",", "")) for end in found.groups())
    assert low < np.median(BETWEEN) < high


def test_a_quantile_that_is_known_is_told_beside_one_that_is_not() -> None:
    """The one that moved furthest for sure; not called the most, for the median may have moved further."""
    assert re.search(r", p\d\d: \S+ → \S+$", told(TWO_HILLS, BETWEEN))


@pytest.mark.parametrize("scale", [0.2, 1.3, 4.0, 50.0])
def test_a_quantile_that_stands_alone_is_true(scale: float) -> None:
    """To a tenth of its move, or of what the reference spreads on its nearer side."""
    reference = RNG.lognormal(0, 2, 5_000)
    batch = reference[:2_000] * scale
    (median, *others) = re.findall(_ALONE, told(reference, batch))
    for name, *stated in (median, *others):
        share = 0.5 if name == "median" else int(name[1:3]) / 100
        exact = [float(np.quantile(side, share)) for side in (reference, batch)]
        spread = np.subtract(*np.quantile(reference, [0.5, 0.05]))

        apart = 0.11 * max(abs(exact[1] - exact[0]), spread)
        assert [float(text.replace(",", "")) for text in stated] == pytest.approx(exact, abs=apart)


def test_a_distance_between_hills_does_not_make_gaps_narrow() -> None:
    """The second hill moved by 3; its grid ends beyond it, and what is read there would be a move of 7."""
    assert not re.search(r"1,000,00\d → 1,000,00\d", told(TWO_HILLS, BETWEEN))


def test_figures_have_no_median_that_is_not_known() -> None:
    """The bounds stand there instead; the reference's own median is known."""
    found = figures(*pair(TWO_HILLS, BETWEEN), None, "distance")

    assert "median" not in found
    assert found["median_from"] < np.median(BETWEEN) < found["median_to"]
    assert found["median_before"] == pytest.approx(np.median(TWO_HILLS), abs=0.05)
