"""`seawall.profile`: a frame described in counts that add up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import seawall
from seawall.errors import UsageError
from tests.notebook.frames import shop


def test_every_column_has_the_kind_that_its_values_say() -> None:
    """Numbers are ordered, few texts are categories, truth is boolean, and times are times."""
    described = seawall.profile(shop())

    kinds = {name: column.shape.kind for name, column in described.columns.items()}
    assert kinds == {
        "sale": "ordered",
        "amount": "ordered",
        "fee": "ordered",
        "town": "categorical",
        "card": "boolean",
        "at": "timestamp",
    }


def test_keys_are_left_out() -> None:
    """A grid of a unique number would leak it."""
    assert "sale" not in seawall.profile(shop(), kinds={"sale": "key"}).columns


def test_only_the_named_columns_are_described() -> None:
    """In the order in which they are named."""
    assert list(seawall.profile(shop(), columns=["town", "fee"]).columns) == ["town", "fee"]


def test_a_profile_like_another_adds_up_with_it() -> None:
    """The rows of two days, merged, are those of both days at once."""
    monday, tuesday = shop(seed=1), shop(seed=2)
    first = seawall.profile(monday)
    second = seawall.profile(tuesday, like=first)
    both = seawall.profile(pd.concat([monday, tuesday], ignore_index=True), like=first)

    for name, column in both.columns.items():
        merged = first.merge(second).columns[name]
        assert np.array_equal(merged.cells, column.cells), name
        assert (merged.rows, merged.nulls) == (column.rows, column.nulls), name


def test_what_the_model_lacks_gets_a_grid_of_its_own() -> None:
    """A column that is new beside a profile is described, too."""
    first = seawall.profile(shop()[["fee"]])
    second = seawall.profile(shop(), like=first)

    assert second.columns["fee"].shape == first.columns["fee"].shape
    assert second.columns["amount"].shape.grid


def test_a_frame_is_left_as_it_was() -> None:
    """Profiling changes nothing of it."""
    frame = shop()
    seawall.profile(frame, columns=["fee"])

    pd.testing.assert_frame_equal(frame, shop())


def test_an_index_of_any_kind_changes_nothing() -> None:
    """Rows are counted by place: twice the same label is no trouble."""
    frame = shop(10)
    odd = frame.set_axis([0, 0, 1, 1, 2, 2, 3, 3, 4, 4], axis=0)

    assert seawall.profile(odd).columns == seawall.profile(frame).columns


def test_a_profile_reads_as_a_table() -> None:
    """One line a column, with its kind, nulls, and figures."""
    lines = str(seawall.profile(shop())).splitlines()

    assert "2,000 rows" in lines[0]
    assert [line.split()[:2] for line in lines if line.startswith(("fee", "town"))] == [
        ["fee", "ordered"],
        ["town", "categorical"],
    ]


WRONG_CALLS: dict[str, tuple[Any, dict[str, Any], str]] = {
    "a dict": ({"a": [1]}, {}, "dict"),
    "an array": (np.zeros((2, 2)), {}, "ndarray"),
    "a column": (pd.Series([1.0], name="a"), {}, "Series"),
    "numbers for names": (pd.DataFrame([[1, 2]]), {}, "columns=str"),
    "two of a name": (pd.DataFrame([[1, 2]], columns=["a", "a"]), {}, "a"),
    "two levels of names": (
        pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("a", "b")])),
        {},
        "('a', 'b')",
    ),
    "a column that is not there": (shop(3), {"columns": ["tow"]}, "did you mean `town`?"),
    "a text for columns": (shop(3), {"columns": "town"}, "['town']"),
    "a kind of nothing": (shop(3), {"kinds": {"twon": "key"}}, "did you mean `town`?"),
    "an unknown kind": (shop(3), {"kinds": {"town": "category"}}, "categorical"),
    "a frame to be like": (shop(3), {"like": shop(3)}, "seawall.profile(frame)"),
}


@pytest.mark.parametrize("name", WRONG_CALLS)
def test_a_wrong_call_says_what_is_wrong(name: str) -> None:
    """With the culprit, and what would do."""
    frame, options, word = WRONG_CALLS[name]
    with pytest.raises(UsageError) as raised:
        seawall.profile(frame, **options)

    assert word in str(raised.value)


def test_a_kind_that_contradicts_the_model_is_refused() -> None:
    """Two kinds of one column cannot be counted in the same way."""
    with pytest.raises(UsageError, match="two kinds of one column"):
        seawall.profile(shop(9), kinds={"fee": "text"}, like=seawall.profile(shop(9)))
