"""The search for rows that raise: exactly those, in few calls, and never a storm."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.stages.bisect import PROBES, SYSTEMATIC_ROWS, Attempt, Found, bisect

FIRST = ValueError("all of them")


def raising_on(poison: set[int]) -> Attempt:
    """A call that raises on any stretch with one of these rows."""

    def attempt(start: int, stop: int) -> Exception | None:
        hit = [row for row in range(start, stop) if row in poison]
        return ValueError(str(hit[0])) if hit else None

    return attempt


def searched(poison: set[int], rows: int, most: int | None = None) -> Found:
    """The search on a call that raises on these rows."""
    return bisect(raising_on(poison), rows, FIRST, most=rows if most is None else most)


@settings(deadline=None)
@given(data=st.data(), rows=st.integers(2, 400))
def test_exactly_the_culprits(data: st.DataObject, rows: int) -> None:
    """Every row that raises by itself is found, no other one, in their order, each with its own error."""
    poison = data.draw(st.sets(st.integers(0, rows - 1), min_size=1, max_size=40))
    found = searched(poison, rows)

    assert (found.ending, [one.place for one in found.culprits]) == ("found", sorted(poison))
    assert [str(one.error) for one in found.culprits if one.error is not FIRST] == [
        str(place) for place in sorted(poison)
    ]


@settings(deadline=None, max_examples=50)
@given(row=st.integers(0, 9_999))
def test_one_in_ten_thousand(row: int) -> None:
    """One row in 10,000 costs 27 to 29 calls, the first one with all rows among them."""
    assert 27 <= searched({row}, 10_000).calls <= 29


@pytest.mark.parametrize("count", [5, 50, 500])
def test_the_price_of_many(count: int) -> None:
    """N rows in a million cost at most 2·N·log₂(rows / N) calls, and four for each besides."""
    rows = 1_000_000
    chosen = np.random.default_rng(count).choice(rows, count, replace=False)
    poison = np.sort(chosen)

    def attempt(start: int, stop: int) -> Exception | None:
        return FIRST if np.searchsorted(poison, start) < np.searchsorted(poison, stop) else None

    found = bisect(attempt, rows, FIRST, most=count)

    assert [one.place for one in found.culprits] == poison.tolist()
    assert found.calls <= 2 * count * math.log2(rows / count) + 4 * count


@pytest.mark.parametrize("rows", [2, 7, 1_000, 100_000])
def test_no_storm(rows: int) -> None:
    """That every row raises is known after 1 + 2·log₂(rows) + 16 calls, at most."""
    found = bisect(lambda *_: FIRST, rows, FIRST, most=rows // 100)

    assert found.ending == "every row"
    assert found.calls <= 1 + 2 * math.ceil(math.log2(rows)) + PROBES


@pytest.mark.parametrize(
    ("poison", "rows", "most", "ending"),
    [
        (range(5), 5, 5, "found"),  # a small chunk of bad rows that may all leave
        (range(5), 5, 4, "every row"),
        (range(1), 1, 0, "too many"),
        (range(SYSTEMATIC_ROWS), SYSTEMATIC_ROWS, SYSTEMATIC_ROWS, "every row"),
        (range(1, SYSTEMATIC_ROWS), SYSTEMATIC_ROWS, SYSTEMATIC_ROWS, "found"),
        (range(50, 100), 100, 50, "found"),
        (range(50), 100, 49, "too many"),
    ],
)
def test_when_it_is_the_code(poison: range, rows: int, most: int, ending: str) -> None:
    """The code is to blame if no row passes, and either not all may leave or there are very many."""
    assert searched(set(poison), rows, most).ending == ending


@pytest.mark.parametrize("most", [0, 1, 7])
def test_the_budget_ends_the_search(most: int) -> None:
    """The search ends with the first row too many, and knows the first ones in their order."""
    found = searched(set(range(3, 1_000, 10)), 1_000, most)

    assert found.ending == "too many"
    assert [one.place for one in found.culprits] == [3 + 10 * n for n in range(most + 1)]


@pytest.mark.parametrize(
    ("raises", "span"),
    [
        (lambda start, stop: stop - start == 8, (0, 8)),
        (lambda start, stop: start <= 4 and stop >= 6, (4, 6)),  # rows 4 and 5 together
    ],
)
def test_halves_that_pass(raises: Callable[[int, int], bool], span: tuple[int, int]) -> None:
    """A stretch that raises, and of which both halves pass, ends the search: no row is guessed."""
    found = bisect(lambda *rows: FIRST if raises(*rows) else None, 8, FIRST, most=8)

    assert (found.ending, found.span, found.culprits) == ("together", span, ())
