"""A lookup answers as pandas' merge does, once a key, and never for a null."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from seawall.errors import DataError
from seawall.lookups.table import LookupTable

CATEGORY = pa.dictionary(pa.int32(), pa.string())
KINDS: dict[Any, st.SearchStrategy[Any]] = {
    pa.string(): st.sampled_from(["a", "b", "", "é"]),
    pa.large_string(): st.sampled_from(["a", "b"]),
    CATEGORY: st.sampled_from(["a", "b", "c"]),
    pa.int64(): st.sampled_from([0, 1, -1, 2**53 + 1, 2**53]),
    pa.int8(): st.integers(-2, 2),
    pa.uint64(): st.sampled_from([0, 2**64 - 1]),
    pa.bool_(): st.booleans(),
    pa.date32(): st.sampled_from([date(2024, 1, 1), date(1960, 1, 1)]),
    pa.timestamp("us", tz="UTC"): st.sampled_from([pd.Timestamp("2024-01-01", tz="UTC"), pd.Timestamp(0, tz="UTC")]),
    pa.timestamp("ns"): st.sampled_from([pd.Timestamp(1), pd.Timestamp(0)]),
    pa.float64(): st.sampled_from([0.0, 1.5, float("nan")]),
}  # fmt: skip


@st.composite
def joins(draw: st.DrawFn) -> tuple[list[Any], list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Types of one to three keys, the lookup's keys (each once, nulls too), the chunk's keys."""
    kinds = draw(st.lists(st.sampled_from(list(KINDS)), min_size=1, max_size=3))
    key = st.tuples(*(st.none() | KINDS[kind] for kind in kinds))
    theirs = draw(st.lists(key, max_size=12, unique_by=repr))
    return kinds, theirs, draw(st.lists(key, max_size=15))


def table(kinds: list[Any], keys: list[tuple[Any, ...]], *, cut: bool = False) -> pa.Table:
    """The keys as columns k0, k1 and so on; in two chunks if wanted."""
    columns = {}
    for number, kind in enumerate(kinds):
        column = pa.array([key[number] for key in keys], kind, from_pandas=False)
        half = len(keys) // 2
        columns[f"k{number}"] = pa.chunked_array(
            [column[:half], column[half:]] if cut else [column]
        )
    return pa.table(columns)


def no_key(key: tuple[Any, ...]) -> bool:
    """Whether a part of the key is null."""
    return any(part is None or part != part for part in key)  # noqa: PLR0124 - not a number


NAN = float("nan")


@given(joined=joins(), cut=st.booleans())
@example(joined=([pa.float64()], [(NAN,), (1.5,)], [(NAN,), (1.5,), (None,)]), cut=False)
def test_positions_are_those_of_a_merge(joined: Any, *, cut: bool) -> None:
    """Each row finds the row with its key, as a left merge does; with a null in it, none."""
    kinds, theirs, ours = joined
    join = {f"k{n}": f"k{n}" for n in range(len(kinds))}
    found = LookupTable("l", table(kinds, theirs, cut=cut), join=join, added={}).positions(
        table(kinds, ours, cut=cut)
    )
    known = pd.DataFrame(
        {
            "key": [repr(key) for key in theirs if not no_key(key)],
            "row": [n for n, key in enumerate(theirs) if not no_key(key)],
        }
    ).astype({"key": object, "row": "Int64"})
    asked = pd.DataFrame({"key": pd.Series([repr(key) for key in ours], dtype=object)})
    merged = asked.merge(known, on="key", how="left", validate="m:1")["row"].fillna(-1)

    assert found.tolist() == merged.tolist()


def test_doubled_keys_are_named() -> None:
    """A key with several rows is refused by its values."""
    theirs = table(
        [pa.string(), pa.int64()], [("a", 1), ("a", 2), ("b", 1), ("a", 2), (None, 1), (None, 1)]
    )
    with pytest.raises(DataError, match="several rows for one key") as caught:
        LookupTable("l", theirs, join={"x": "k0", "y": "k1"}, added={})

    assert caught.value.seen == "k0 a, k1 2"


def test_one_column_for_two_keys() -> None:
    """Two columns of the chunk may be held against one of the lookup."""
    lookup = LookupTable(
        "l", table([pa.string()], [("a",), ("b",)]), join={"x": "k0", "y": "k0"}, added={}
    )
    chunk = pa.table({"x": ["a", "a"], "y": ["a", "b"]})

    assert lookup.positions(chunk).tolist() == [0, -1]


def test_added_columns() -> None:
    """Columns come under their new names; a miss is null, whatever the type."""
    theirs = pa.table(
        {
            "k": ["a", "b"],
            "v": [1.5, None],
            "s": ["x", "y"],
            "c": pa.array(["p", "q"]).dictionary_encode(),
        }
    )
    lookup = LookupTable("l", theirs, join={"k": "k"}, added={"v": "w", "s": "s", "c": "c"})
    found = lookup.take(np.array([1, -1, 0, 0]))

    assert {name: values.to_pylist() for name, values in found.items()} == {
        "w": [None, None, 1.5, 1.5],
        "s": ["y", None, "x", "x"],
        "c": ["q", None, "p", "p"],
    }


@pytest.mark.parametrize("kind", list(KINDS))
def test_nothing_on_either_side(kind: Any) -> None:
    """A lookup without rows, and a chunk without rows, are no special cases."""
    empty = table([kind], []).append_column("v", pa.array([], pa.float64()))
    lookup = LookupTable("l", empty, join={"k0": "k0"}, added={"v": "v"})
    asked = table([kind], [(None,)])

    assert lookup.positions(empty).tolist() == []
    assert lookup.positions(asked).tolist() == [-1]
    assert lookup.take(lookup.positions(asked))["v"].to_pylist() == [None]
