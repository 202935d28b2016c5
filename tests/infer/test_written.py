"""The proposal as text: what is pasted is what was proposed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.config.places import plain
from seawall.config.yaml import Text, parsed
from seawall.infer import Inferred, Proposal, written

HOSTILE = [
    "NO",
    "010",
    "1e3",
    "2024-01-01",
    "~",
    "null",
    "a: b",
    "# c",
    "",
    " ",
    "é",
    "\x85",
    "{x}",
    "'",
]


def read_back(*proposals: Proposal) -> Any:
    """The columns that our own loader finds in the text."""
    text = written(Inferred(proposals, ("2024-01-01",), 10, 0))
    node, faults = parsed(Text(text, "p.yaml"))
    assert faults == []
    assert node is not None
    return plain(node)["validate"]["columns"]


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_that_yaml_takes_for_something_else(text: str) -> None:
    """They come back as the texts that they are, as names, as choices, and in notes."""
    name = text or "empty"
    contract = {"dtype": "category", "one_of": [text, "x"]}

    assert read_back(Proposal(name, contract, (text,))) == {name: contract}


@settings(deadline=None, max_examples=40)
@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60),
        st.fixed_dictionaries(
            {"one_of": st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1)}
        ),
        min_size=1,
        max_size=3,
    )
)
def test_any_text(columns: dict[str, Any]) -> None:
    """Whatever names and values data have, the text is one line a column, and reads as proposed."""
    proposals = [Proposal(name, contract, (name,)) for name, contract in columns.items()]

    assert read_back(*proposals) == columns


@settings(deadline=None, max_examples=40)
@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**53), 2**53))
def test_any_number(low: float, high: int) -> None:
    """Bounds keep their value."""
    found = read_back(Proposal("x", {"min": low, "max": high}))

    assert found == {"x": {"min": low, "max": high}}


def test_columns_that_are_not_read_are_comments() -> None:
    """Pasting the text does not change what the pipeline reads, nor declare what cannot be declared."""
    live = Proposal("a", {"dtype": "int64"})
    text = written(
        Inferred(
            (
                live,
                Proposal("b", {"dtype": "int64"}, ("1 to 2",), read=False),
                Proposal("c\nd", {}, ("cannot be declared: list<item: int64>",)),
            ),
            ("x",),
            1,
            2,
        )
    )

    assert "    # b: {dtype: int64}  # not read so far; 1 to 2\n" in text
    assert "cannot be declared: list<item: int64>" in text.splitlines()[-1]
    assert "# 2 records could not be read" in text
    assert read_back(live) == {"a": {"dtype": "int64"}}


def test_what_the_file_says_otherwise() -> None:
    """Differences from the file stand behind the line."""
    entry = Proposal(
        "a", {"dtype": "int64", "min": 0}, ("1 to 2",), declared={"dtype": "int64", "max": 7}
    )
    text = written(Inferred((entry,), ("x",), 1, 0))

    assert text.endswith("a: {dtype: int64, min: 0}  # 1 to 2; the file says max 7, no min")
