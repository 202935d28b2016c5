"""What settings would have given over the past."""

from __future__ import annotations

from functools import cache

import pytest

from seawall.drift.calibrate import Calibration, calibrated
from seawall.drift.settings import Settings
from tests.drift.days import history


@cache
def quiet() -> Calibration:
    """Of fifty days that nothing happened on."""
    return calibrated(history(50, seed=3)[0], Settings())


def test_a_quiet_past_raises_few_alarms() -> None:
    """Of the 33 days that are judged, three alarm at most where one is borne."""
    assert quiet().judged == 33
    assert len(quiet().alarmed) <= 3


def test_the_interval_holds_the_rate_and_what_is_borne() -> None:
    """The stated rate lies in the interval that the past allows."""
    low, high = quiet().interval

    assert low <= quiet().rate <= high
    assert low <= 1 / 30 <= high


def test_further_runs_are_expected_within_the_error_of_both() -> None:
    """Of 60 further runs so many may alarm that rate and chance together allow: more than their share."""
    low, high = quiet().expected(60)

    assert low == 0
    assert 60 * quiet().rate < high < 20


def test_smaller_differences_are_visible_in_a_column_that_moves_less() -> None:
    """What is visible is told by column: a stable one shows less than one whose level moves."""
    visible = quiet().visible

    assert (visible["stable"].shift or 9) < (visible["moving"].shift or 0)
    assert visible["word"].shift is None


def test_eight_batches_are_too_few_to_calibrate() -> None:
    """Nobody can say what is usual from eight batches."""
    with pytest.raises(ValueError, match="8 batches have a reference: it takes 9"):
        calibrated(history(9)[0], Settings())
