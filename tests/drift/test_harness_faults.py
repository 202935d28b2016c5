"""What the drift benchmark puts into batches, by name."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks.drift.faults import FAULTS, Place

ROWS = 1000
NUMBERS = pd.Series(np.arange(ROWS, dtype=np.float64) + 1)
WORDS = pd.Series(["a", "b", "c", "d"] * (ROWS // 4), dtype="category")
FRAME = pd.DataFrame({"x": NUMBERS, "y": NUMBERS * 2, "word": WORDS, "other": WORDS[::-1].array})


def struck(fault: str, column: str = "x", frame: pd.DataFrame = FRAME) -> dict[str, pd.Series]:
    """The columns that the fault changed, of one with a standard deviation of 10."""
    place = Place(frame, column, 10.0, np.random.default_rng(1))
    return dict(next(f for f in FAULTS if f.name == fault).strike(place))


def test_a_shift_is_of_so_many_standard_deviations() -> None:
    """Half a standard deviation of 10 adds 5 to every value."""
    changed = struck("shift 0.5 sd")["x"]

    assert (changed - NUMBERS == 5).all()


@pytest.mark.parametrize(
    ("fault", "factor"), [("scale × 1.1", 1.1), ("unit × 1000", 1000), ("sign flip", -1)]
)
def test_a_scale_multiplies_every_value(fault: str, factor: float) -> None:
    """Each value is the factor times what it was."""
    assert np.allclose(struck(fault)["x"], NUMBERS * factor)


def test_a_unit_changes_in_a_tenth_of_the_rows() -> None:
    """One row in ten is multiplied by 1000, and no other changes."""
    changed = struck("unit × 1000 in 10%")["x"]

    assert ((changed == NUMBERS * 1000).sum(), (changed == NUMBERS).sum()) == (100, 900)


@pytest.mark.parametrize("column", ["x", "word"])
@pytest.mark.parametrize(
    ("fault", "share"), [("nulls +1%", 0.01), ("nulls +20%", 0.2), ("all null", 1)]
)
def test_nulls_are_of_that_share(fault: str, share: float, column: str) -> None:
    """So many rows of the column are null, whatever its kind."""
    assert struck(fault, column)[column].isna().mean() == share


def test_a_new_category_was_never_there() -> None:
    """One row in twenty has a category that the column did not have."""
    changed = struck("new category 5%", "word")["word"]

    assert (~changed.isin(WORDS.cat.categories)).mean() == 0.05


def test_a_sentinel_stands_in_one_row_of_fifty() -> None:
    """−999 is there in 2 % of the rows."""
    assert (struck("sentinel −999 in 2%")["x"] == -999).mean() == 0.02


def test_clipping_cuts_the_highest_tenth() -> None:
    """Nothing is above what was the 90th percentile, and nothing below it changed."""
    changed = struck("clipped at 90%")["x"]

    assert (changed.max(), (changed == NUMBERS).mean()) == (NUMBERS.quantile(0.9), 0.9)


@pytest.mark.parametrize("column", ["x", "word"])
def test_a_frozen_column_has_one_value(column: str) -> None:
    """Every row has the column's first value."""
    assert set(struck("frozen", column)[column]) == {FRAME[column].iloc[0]}


@pytest.mark.parametrize(("column", "other"), [("x", "y"), ("word", "other")])
def test_swapped_columns_change_places(column: str, other: str) -> None:
    """Each has the other's values."""
    changed = struck("swapped columns", column)

    assert changed[column].equals(FRAME[other])
    assert changed[other].equals(FRAME[column])


def test_case_changes_in_every_category() -> None:
    """Each a is an A, and so on."""
    assert set(struck("case changed", "word")["word"]) == {"A", "B", "C", "D"}


@pytest.mark.parametrize("fault", ["shift 1 sd", "sign flip", "unit × 1000", "sentinel −999 in 2%"])
def test_a_fault_of_numbers_spares_categories(fault: str) -> None:
    """A column of words is not struck by it."""
    assert struck(fault, "word") == {}


@pytest.mark.parametrize("fault", ["sign flip", "unit × 1000", "frozen"])
def test_a_fault_that_changes_nothing_does_not_count(fault: str) -> None:
    """Zeros stay zeros: there is nothing to find."""
    assert struck(fault, "x", FRAME.assign(x=0.0)) == {}


def test_a_fault_is_measured_by_the_values_that_there_are() -> None:
    """A shift counts in a column of which nine tenths are null, too."""
    sparse = FRAME.assign(x=NUMBERS.where(NUMBERS > 900))

    assert struck("shift 1 sd", "x", sparse)["x"].notna().sum() == 100
