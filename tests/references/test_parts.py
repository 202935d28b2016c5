"""What batches add up to: without rare values, with how far they are from each other."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.drift.effects import effect
from seawall.profiles import Profile, measure, shapes_of
from seawall.references import past_of_parts, pruned
from seawall.references.ends import without_ends
from seawall.references.pruned import kept_words
from tests.references.orders import parts_of


def profile_of(words: list[str]) -> Profile:
    """A column of words, each in the vocabulary, however rare."""
    frame = pd.DataFrame({"kind": pd.Categorical(words)})
    return measure(frame, shapes_of(frame))


def test_rare_words_are_not_named() -> None:
    """A word of four rows is counted among the unlisted, one of five keeps its name."""
    whole = profile_of(["web"] * 9 + ["shop"] * 5 + ["telex"] * 4)
    found = pruned(whole, kept_words(whole)).columns["kind"]

    assert dict(found.values or {}) == {"shop": 5, "web": 9}  # noqa: PD011 - no frame
    assert (found.unlisted, found.rows) == (4, 18)


def test_no_hash_is_left() -> None:
    """Of different values the number stays, and not what they are."""
    whole = profile_of(["web"] * 9 + ["shop"] * 5)
    distinct = pruned(whole, kept_words(whole)).columns["kind"].distinct

    assert (distinct.count, len(distinct.hashes), distinct.registers) == (2, 0, None)


def test_pruned_batches_add_up_to_the_pruned_sum() -> None:
    """Batches are pruned by the words of their sum, and keep its shape."""
    first, second = profile_of(["web"] * 4 + ["shop"] * 3), profile_of(["web"] * 3 + ["shop"] * 3)
    words = kept_words(first + second)

    found = (pruned(first, words) + pruned(second, words)).columns["kind"]

    assert found == pruned(first + second, words).columns["kind"]


NUMBERS = st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=40)


@settings(max_examples=60, deadline=None)
@given(sample=NUMBERS, values=NUMBERS)
def test_told_ends_bound_the_range(sample: list[float], values: list[float]) -> None:
    """The told range holds every value, and begins and ends where a cell does, not at a row's value."""
    shapes = shapes_of(pd.DataFrame({"paid": sample}))
    column = measure(pd.DataFrame({"paid": values}), shapes).columns["paid"]
    told = without_ends(column)

    assert told.min is not None
    assert told.max is not None
    assert told.min <= min(values)
    assert told.max >= max(values)


def test_an_end_beyond_the_grid_is_near() -> None:
    """A value far beyond the grid is told to 3 % of its distance, and not exactly."""
    shapes = shapes_of(pd.DataFrame({"paid": [float(n) for n in range(1_000)]}))
    column = measure(pd.DataFrame({"paid": [5.0, 123_456.7]}), shapes).columns["paid"]
    told = without_ends(column)

    assert told.max != 123_456.7
    assert told.max == pytest.approx(123_456.7, rel=0.03)


def test_a_batch_is_compared_with_the_others_alone() -> None:
    """The past of each batch is its effect against the sum of all batches but itself."""
    parts = parts_of(4)
    others = sum((p for n, (_, p) in enumerate(parts) if n != 2), Profile(0, {}))
    found = past_of_parts(parts, lambda batch: batch[-1])[2]
    expected = effect(others.columns["kind"], parts[2][1].columns["kind"])

    assert (found.batch, found.season, found.rows) == ("2024-03-03", "3", 400)
    assert found.effects["kind"] == expected
    assert found.effects["delay"].reference_rows == others.columns["delay"].finite


def test_a_single_batch_has_no_past() -> None:
    """There is nothing that it could be far from."""
    assert past_of_parts(parts_of(1)) == ()
