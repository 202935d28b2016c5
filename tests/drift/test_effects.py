"""Effects of one column, of every kind."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest

from seawall.drift.effects import effect
from seawall.drift.p_values import p_values, unlisted_p
from seawall.drift.shares import Share, rise_p
from seawall.profiles import Shape, shape_of
from tests.drift.columns import measured, pair


def normal(rows: int, seed: int = 1) -> np.ndarray:
    """Normal values."""
    return np.random.default_rng(seed).normal(size=rows)


def test_a_batch_that_is_its_reference_has_no_effect() -> None:
    """Nothing has moved, and no share differs."""
    seen = effect(*pair(normal(2_000), normal(2_000)))

    assert (seen.distance, seen.shift, seen.spread) == (0.0, 0.0, 0.0)
    assert (seen.nulls, seen.infinities, seen.unlisted) == (0.0, 0.0, 0.0)
    assert (seen.rows, seen.reference_rows) == (2_000, 2_000)


def test_shift_and_spread_are_in_the_references_deviations() -> None:
    """A batch twice as wide, half a deviation higher."""
    values = normal(5_000)
    seen = effect(
        *pair(values, 2 * (values - values.mean()) + 0.5 * values.std(ddof=1) + values.mean())
    )

    assert (seen.shift, seen.spread) == pytest.approx((0.5, math.log(2)))


def test_nulls_and_infinities_are_shares_of_the_rows() -> None:
    """Both leave the values that are compared."""
    batch = np.append(normal(90), [np.nan] * 6 + [np.inf] * 3 + [-np.inf])
    seen = effect(*pair(normal(1_000), batch))

    assert (seen.rows, seen.nulls, seen.infinities) == (90, 0.06, 0.04)


def test_values_beyond_the_grid_are_unlisted() -> None:
    """On either side of it."""
    seen = effect(*pair(normal(1_000), [0.0, 0.1, 0.2, -99.0, 1e300]))

    assert (seen.unlisted, seen.reference_unlisted) == (0.4, 0.0)


def test_the_ends_of_a_grid_are_tested_by_themselves() -> None:
    """The grid may end at the reference's own extremes: each side has its p, and the smaller is doubled."""
    columns = pair([float(n) for n in range(20)], [30.0] * 5 + [-9.0] + [3.5] * 4)
    above = rise_p(Share(0, 20), Share(5, 10))

    assert unlisted_p(*columns) == pytest.approx(2 * above)


def test_new_words_are_unlisted_and_named_when_they_rose() -> None:
    """A case change is a new word; what it took from is not what rose."""
    seen = effect(*pair(["EWR", "JFK"] * 500, ["EWR", "JFK"] * 40 + ["ewr"] * 20, "categorical"))

    assert (seen.unlisted, seen.reference_unlisted) == (0.2, 0.0)
    assert (seen.risen_value, seen.risen, seen.risen_before) == ("ewr", 0.2, 0.0)
    assert seen.distance == pytest.approx(0.2)


def test_a_sentinel_has_risen_though_another_value_is_the_top() -> None:
    """Two percent of −999 in a column that is zero for the most part."""
    reference = np.where(np.arange(1_000) % 10 < 7, 0.0, normal(1_000))
    batch = np.where(np.arange(1_000) < 20, -999.0, np.roll(reference, 7))
    seen = effect(*pair(reference, batch))

    assert (seen.top_value, seen.top_before) == ("0.0", 0.7)
    assert (seen.risen_value, seen.risen, seen.risen_before) == ("-999.0", 0.02, 0.0)


def test_a_default_between_the_grids_points_has_risen_by_name() -> None:
    """A value that no grid point names is found by its rows."""
    batch = np.append(normal(950, seed=2), [0.123456789] * 50)
    seen = effect(*pair(normal(50_000), batch))

    assert (seen.risen_value, seen.risen) == ("0.123456789", 0.05)
    assert (seen.top_value, seen.top) == (seen.risen_value, seen.risen)


def test_a_frozen_column_is_its_top_value() -> None:
    """Each row of the batch has it; the spread says nothing of a single value."""
    seen = effect(*pair(normal(1_000), [1.5] * 100))

    assert (seen.top, seen.top_value, seen.spread) == (1.0, "1.5", 0.0)


MISCHIEF = {
    "empty": [],
    "null": [np.nan] * 20,
    "infinite": [np.inf, -np.inf] * 10,
    "constant": [7.0] * 20,
    "single": [3.0],
    "huge": [1e308, -1e308] * 10,
    "tiny": [5e-324, 1e-310] * 10,
    "plain": [float(value) for value in range(20)],
}


@pytest.mark.parametrize("reference", MISCHIEF)
@pytest.mark.parametrize("batch", MISCHIEF)
def test_no_column_breaks_the_comparison(reference: str, batch: str) -> None:
    """Numbers come of any pair of odd columns, without a warning; NaN only where there is no value."""
    columns = pair(MISCHIEF[reference], MISCHIEF[batch])
    seen, p = effect(*columns), p_values(*columns)
    valued = bool(seen.rows and seen.reference_rows)

    assert math.isnan(seen.distance) is not valued
    assert not math.isnan(seen.shift + seen.spread + seen.unlisted + seen.top + seen.risen)
    assert all(math.isnan(one) or 0 <= one <= 1 for one in p.values())
    assert math.isnan(p["location"]) is not valued


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (pd.Series([True, False, None] * 30, dtype="boolean"), "boolean"),
        (pd.Series(pd.date_range("2024-01-01", periods=90, freq="h")), "timestamp"),
        (pd.Series([f"text {'x' * (n % 9)}" for n in range(90)]), "text"),
        (pd.Series(["a", "b", None] * 30), "categorical"),
    ],
)
def test_every_kind_has_an_effect_and_tests(values: pd.Series, kind: str) -> None:
    """Words have no location, the others have."""
    shape = shape_of(values, kind)  # type: ignore[arg-type]
    columns = measured(values, shape), measured(values.iloc[:60], shape)

    assert 0 <= effect(*columns).distance <= 1
    assert ("location" in p_values(*columns)) is (kind in {"timestamp", "text"})


def test_the_p_of_a_distance_is_that_of_its_lower_bound() -> None:
    """What may hide between two points of a grid makes no batch more surprising."""
    shape = Shape("ordered", grid=(0.0, 10.0))
    inner = np.linspace(1, 9, 200)
    columns = measured(inner, shape), measured(inner, shape)

    assert effect(*columns).distance_up == 1
    assert p_values(*columns)["distance"] == 1


def test_columns_of_other_shapes_are_refused_by_both_shapes() -> None:
    """The message names what each of them was counted by."""
    grid, words = Shape("ordered", (0.0, 1.0)), Shape("categorical", (), ("a",))

    with pytest.raises(ValueError, match=r"grid of 2 points from 0 to 1.*categorical, 1 words"):
        effect(measured([0.5], grid), measured(["a"], words))


def test_the_distance_of_200_words_without_drift_is_its_noise() -> None:
    """The noise grows with the vocabulary, and so does the distance."""
    rng = np.random.default_rng(3)
    reference, batch = ([f"w{n}" for n in rng.integers(0, 200, rows)] for rows in (50_000, 1_000))
    seen = effect(*pair(reference, batch, "categorical"))

    assert seen.distance == pytest.approx(seen.noise, rel=0.15)
    assert seen.noise > 0.15


def test_an_effect_is_made_of_plain_values() -> None:
    """Numbers, texts and truth values of Python: it goes into JSON as it is."""
    seen = dataclasses.asdict(effect(*pair(normal(300), normal(200, seed=4))))

    assert {type(value) for value in seen.values()} == {int, float, str, bool}
