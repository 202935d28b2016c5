"""The keys that a batch asks for: each once, none with a null in it, a fair sample of too many."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.lookups.asked import asked_keys

TEXT = {"c": pa.string()}
PAIR = {"c": pa.string(), "n": pa.int64()}
CATEGORY = pa.dictionary(pa.int32(), pa.string())


def keys(*tables: pa.Table, types: dict[str, pa.DataType]) -> list[tuple[object, ...]]:
    """The keys that these tables ask for, sorted."""
    asked = asked_keys(tables, {"w": types})["w"]
    assert asked.whole
    return sorted(tuple(row.values()) for row in asked.keys.to_pylist())


@given(
    rows=st.lists(st.tuples(st.none() | st.sampled_from("abc"), st.none() | st.integers(0, 3))),
    cut=st.integers(0, 10),
)
def test_each_key_once(rows: list[tuple[str | None, int | None]], cut: int) -> None:
    """However the rows are cut: every pair that is whole, once."""
    table = pa.table(
        {
            "c": pa.array([row[0] for row in rows], pa.string()),
            "n": pa.array([row[1] for row in rows], pa.int64()),
        }
    )
    expected = {row for row in rows if None not in row}

    assert keys(table.slice(0, cut), table.slice(cut), types=PAIR) == sorted(expected)


def test_categories_of_different_chunks() -> None:
    """Dictionaries that differ from chunk to chunk are the same keys."""
    first = pa.table({"c": pa.array(["a", "b"]).dictionary_encode()})
    other = pa.table({"c": pa.array(["b", "c", None]).dictionary_encode()})

    assert keys(first, other, types={"c": CATEGORY}) == [("a",), ("b",), ("c",)]


def test_a_number_that_is_none_asks_for_nothing() -> None:
    """NaN is no key."""
    table = pa.table({"c": [1.5, float("nan"), None]})

    assert keys(table, types={"c": pa.float64()}) == [(1.5,)]


def test_lookups_of_one_pass() -> None:
    """Each lookup has its own keys from the same tables, which are read once."""
    asked = asked_keys(
        iter([pa.table({"c": ["a", "b"], "n": [1, 1]})]), {"one": TEXT, "two": {"n": pa.int64()}}
    )

    assert {name: found.keys.num_rows for name, found in asked.items()} == {"one": 2, "two": 1}


def numbers(count: int, *, seed: int = 0) -> Iterator[pa.Table]:
    """So many distinct numbers in chunks, in some order, the first chunk twice."""
    order = np.random.default_rng(seed).permutation(count)
    chunks = [pa.table({"n": part}) for part in np.array_split(order, 7)]
    yield from [*chunks, chunks[0]]


def test_too_many_keys_leave_a_sample() -> None:
    """A sample is no larger than allowed, and estimates the number of all keys within 10%."""
    asked = asked_keys(numbers(40_000), {"w": {"n": pa.int64()}}, kept=3_000)["w"]
    held = asked.keys.num_rows

    assert (asked.whole, asked.share) == (False, 2**-4)
    assert 1_500 < held <= 3_000
    assert asked.number(held) == pytest.approx(40_000, rel=0.1)


def test_a_sample_estimates_coverage() -> None:
    """The share of the sample that a lookup has is the share of all keys, within three points."""
    asked = asked_keys(numbers(40_000), {"w": {"n": pa.int64()}}, kept=3_000)["w"]
    covered = (asked.keys["n"].to_numpy() < 24_000).mean()

    assert covered == pytest.approx(0.6, abs=0.03)


def test_what_comes_later_is_sampled_alike() -> None:
    """Keys that come once there were too many already are no more likely to be kept."""
    tables = [pa.table({"n": np.arange(*ends)}) for ends in ((0, 300_000), (300_000, 301_000))]
    asked = asked_keys(tables, {"w": {"n": pa.int64()}}, kept=4_000)["w"]

    assert (asked.keys["n"].to_numpy() >= 300_000).sum() < 1_000 * asked.share * 4


def test_the_sample_does_not_depend_on_the_order() -> None:
    """The same keys are sampled in whatever order and chunks they come."""
    one, other = (
        asked_keys(numbers(20_000, seed=seed), {"w": {"n": pa.int64()}}, kept=1_000)["w"]
        for seed in (1, 2)
    )

    assert sorted(one.keys["n"].to_pylist()) == sorted(other.keys["n"].to_pylist())


def test_a_stop_between_tables() -> None:
    """What `stop` raises ends the pass."""

    def stop() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        asked_keys(numbers(10), {"w": {"n": pa.int64()}}, stop=stop)
