"""Each row of a chunk is told which link of a lookup's chain its values are from."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from seawall.lookups.serving import LINK, Serving, link_column
from seawall.lookups.table import LookupTable

ASKED = ["a", "b", "c", None]


def lookup(serving: Serving, keys: list[str | None], **links: list[int]) -> LookupTable:
    """A lookup with a value a key, its column `v` added as `w`; `links` are its link columns."""
    columns: dict[str, Any] = {"k": pa.array(keys, pa.string()), "v": list(range(len(keys)))}
    columns |= {name: pa.array(codes, pa.int8()) for name, codes in links.items()}
    table = pa.table(columns)
    return LookupTable("l", table, join={"k": "k"}, added={"v": "w"}, serving=serving)


def served(lookup: LookupTable, keys: list[str | None] | None = None) -> dict[str, list[int]]:
    """The links behind rows with these keys."""
    chunk = pa.table({"k": pa.array(ASKED if keys is None else keys, pa.string())})
    found = lookup.served(chunk, lookup.positions(chunk))
    return {column: codes.tolist() for column, codes in found.items()}


def test_a_clean_lookup_says_nothing() -> None:
    """No row of a lookup that only its own upstream serves has a link, found or not."""
    assert served(lookup(Serving(), ["a", "b"])) == {}


def test_each_row_has_the_link_of_its_key() -> None:
    """A key has the link of its row in the lookup; a key without a row, and a null, have none."""
    mixed = lookup(Serving(("live", "replica")), ["a", "b"], **{LINK: [0, 1]})

    assert served(mixed) == {"": [0, 1, 0, 0]}


def test_rows_of_the_live_read_alone_are_clean() -> None:
    """A chunk that asks for none of the degraded keys is clean."""
    mixed = lookup(Serving(("live", "replica")), ["a", "b"], **{LINK: [0, 1]})

    assert served(mixed, ["a", "a", None]) == {}


def test_constants_answer_for_every_key_but_null() -> None:
    """The last row stands in for keys without a row of their own; a null is no key and gets null."""
    constants = lookup(Serving(("live", "constants"), default=True), ["a", None], **{LINK: [0, 1]})
    chunk = pa.table({"k": ASKED})
    rows = constants.positions(chunk)

    assert constants.take(rows)["w"].to_pylist() == [0, 1, 1, None]
    assert served(constants) == {"": [0, 1, 1, 0]}


def test_keys_that_nobody_serves_are_degraded() -> None:
    """After an outage a key that no link has carries the link null; a null key is none that was asked."""
    partial = lookup(Serving(("live", "replica", "null"), miss=2), ["a"], **{LINK: [1]})

    assert served(partial) == {"": [1, 2, 2, 0]}


def test_a_column_of_its_own() -> None:
    """A column that another link filled is named, under the name by which it is added."""
    codes = {LINK: [0, 0], link_column("v"): [0, 1]}
    filled = lookup(Serving(("live", "constants")), ["a", "b"], **codes)

    assert served(filled) == {"w": [0, 1, 0, 0]}


def test_a_column_from_the_rows_own_link() -> None:
    """A column from the same link as its row is not named a second time."""
    codes = {LINK: [1, 1], link_column("v"): [1, 2]}
    filled = lookup(Serving(("live", "replica", "constants")), ["a", "b"], **codes)

    assert served(filled) == {"": [1, 1, 0, 0], "w": [0, 2, 0, 0]}


@pytest.mark.parametrize("keys", [[1.5, float("nan"), None, 2.5], [1.5, None, None, 2.5]])
def test_not_a_number_is_no_key(keys: list[float | None]) -> None:
    """A NaN asks for nothing, as a null does."""
    table = pa.table({"k": [1.5], "v": [1]}).append_column(LINK, pa.array([1], pa.int8()))
    serving = Serving(("live", "replica", "null"), miss=2)
    known = LookupTable("l", table, join={"k": "k"}, added={"v": "v"}, serving=serving)
    chunk = pa.table({"k": pa.array(keys, pa.float64(), from_pandas=False)})

    assert known.served(chunk, known.positions(chunk))[""].tolist() == [1, 0, 0, 2]


def test_a_key_of_several_parts_is_asked_for_whole() -> None:
    """A key with a null in one of its parts gets no constants."""
    theirs = pa.table({"a": ["x", None], "b": [1, None], "v": [7, 8]})
    theirs = theirs.append_column(LINK, pa.array([0, 1], pa.int8()))
    serving = Serving(("live", "constants"), default=True)
    both = LookupTable("l", theirs, join={"a": "a", "b": "b"}, added={"v": "v"}, serving=serving)
    chunk = pa.table({"a": ["x", "x", None, "y"], "b": [1, None, 1, 1]})

    assert both.positions(chunk).tolist() == [0, -1, -1, 1]
