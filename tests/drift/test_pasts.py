"""Earlier batches against those before them."""

from __future__ import annotations

import pandas as pd

from seawall.drift.pasts import against, past_of, rolling_reference
from seawall.profiles import Profile, Shape, measure

GRID = {"x": Shape("ordered", (0.0, 1.0, 2.0))}


def batch(value: float, rows: int = 4, season: str = "") -> tuple[str, Profile, str]:
    """A batch of one value."""
    return f"b{value}", measure(pd.DataFrame({"x": [value] * rows}), GRID), season


def test_a_batch_is_not_in_its_own_reference() -> None:
    """The second of two batches is compared with the first alone."""
    (second,) = past_of([batch(0.0), batch(2.0)], rolling=10)

    assert second.effects["x"].distance == 1.0


def test_the_reference_is_the_newest_batches() -> None:
    """Of three batches and two that count, the oldest does not."""
    reference = rolling_reference([batch(0.0), batch(1.0), batch(2.0)], rolling=2)

    assert reference is not None
    assert reference.columns["x"].min == 1.0
    assert reference.rows == 8


def test_like_is_compared_with_like() -> None:
    """From four batches of a season on, these are the reference."""
    before = [batch(0.0, season="mon") for _ in range(4)] + [batch(2.0, season="tue")] * 3
    reference = rolling_reference(before, "mon", rolling=10)

    assert reference is not None
    assert reference.columns["x"].max == 0.0


def test_too_few_of_a_season_are_pooled() -> None:
    """Of three batches of a season nobody knows what is usual in it: all are taken."""
    before = [batch(0.0, season="mon") for _ in range(3)] + [batch(2.0, season="tue")] * 3
    reference = rolling_reference(before, "mon", rolling=10)

    assert reference is not None
    assert reference.columns["x"].max == 2.0


def test_a_column_counts_back_to_where_it_was_counted_otherwise() -> None:
    """Counts by another grid cannot be added: the column's reference begins after them."""
    other = measure(pd.DataFrame({"x": [9.0] * 4}), {"x": Shape("ordered", (5.0,))})
    reference = rolling_reference([("old", other, ""), batch(1.0), batch(2.0)], rolling=10)

    assert reference is not None
    assert reference.columns["x"].rows == 8


def test_no_batch_is_no_reference() -> None:
    """Before the first batch there is nothing to compare with."""
    assert rolling_reference([], rolling=10) is None
    assert past_of([batch(0.0)], rolling=10) == ()


def test_a_fixed_reference_has_a_past_of_every_batch() -> None:
    """Each batch is held against the one reference."""
    past = against(batch(0.0)[1], [batch(0.0), batch(2.0)])

    assert [one.effects["x"].distance for one in past] == [0.0, 1.0]
