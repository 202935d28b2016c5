"""What a person may get wrong in a notebook, answered by one clear error each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import seawall
from seawall.drift.settings import Floors, Settings, Terms
from seawall.errors import UsageError
from tests.notebook.frames import shop

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a list of kinds": ({"kinds": ["fee"]}, "kinds={'dest_id': 'categorical'}"),
    "a kind of nothing": ({"kinds": {"zz": "key"}}, "allowed: sale, amount, fee, town, card, at\n"),
    "a mapping of settings": ({"settings": {"alarms": 0.1}}, "alarms='1 in 30 runs'"),
    "outputs of nothing": ({"outputs": ["fees"]}, "did you mean `fee`?"),
    "outputs that are no names": ({"outputs": [3]}, "outputs: a column that is not there"),
    "terms of nothing": (
        {"settings": Settings(columns={"towns": Terms()})},
        "did you mean `town`?",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_comparison_is_refused(name: str) -> None:
    """With the culprit, and what would do; each column that there is stands there once."""
    options, word = WRONG[name]
    with pytest.raises(UsageError) as raised:
        seawall.compare(shop(9), shop(9, 2), **options)

    assert word in f"{raised.value}\n"


@pytest.mark.parametrize("options", [{"kinds": ["fee"]}, {"columns": 3}])
def test_a_wrong_profile_is_refused(options: dict[str, Any]) -> None:
    """A list where a mapping belongs, and a number where a list does."""
    with pytest.raises(UsageError, match=r"no kinds|no list of columns"):
        seawall.profile(shop(9), **options)


@pytest.mark.parametrize(
    ("made", "word"),
    [
        (lambda: Settings(alarms=2), "alarms = 2"),
        (lambda: Settings(q=0.0), "q = 0.0"),
        (lambda: Settings(rule="chi2"), "seawall, ks-p-value"),  # type: ignore[arg-type]
        (lambda: Floors(nulls=(0.2, 0.1)), "nulls = "),
        (lambda: Floors(new=(0.0, 2.0)), "new = "),
    ],
)
def test_settings_that_cannot_be_are_refused(made: Any, word: str) -> None:
    """Where they are made, and not where they would mislead."""
    with pytest.raises(ValueError, match=word):
        made()


def test_profiles_add_up_with_sum() -> None:
    """The 0 that sum begins with is the profile of nothing."""
    day = seawall.profile(shop())

    assert sum([day, day]).rows == 2 * day.rows  # type: ignore[attr-defined]
    assert sum([day, day]).columns == (day + day).columns  # type: ignore[attr-defined]


def test_only_profiles_are_merged() -> None:
    """A number is named, whichever way it is added."""
    day = seawall.profile(shop(9))

    with pytest.raises(TypeError, match="a Profile, not 3"):
        day.merge(3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="'Profile' and 'int'"):
        day + 3  # type: ignore[operator]
    with pytest.raises(TypeError, match="'int' and 'Profile'"):
        3 + day  # type: ignore[operator]


def test_profiles_on_other_grids_say_how_to_measure_them() -> None:
    """The column, both shapes, and the option that is missing."""
    with pytest.raises(ValueError, match=r"column sale: .*; measure one with like= the other"):
        seawall.profile(shop()) + seawall.profile(shop(seed=2))


def test_a_name_of_a_column_stands_in_one_line() -> None:
    """Whatever its characters are, in findings and in errors."""
    name, rng = "a\nb\x1b[31m", np.random.default_rng(1)
    frames = [pd.DataFrame({name: rng.normal(mean, 1, 900)}) for mean in (0, 9)]
    (finding,) = seawall.compare(*frames)
    with pytest.raises(ValueError, match="like=") as raised:
        seawall.profile(frames[0]) + seawall.profile(frames[1])

    assert finding.message.startswith(r"a\nb\x1b[31m moved")
    assert r"column a\nb\x1b[31m: " in str(raised.value)
