"""A faulty upstream's table differs in its fault and in nothing else."""

from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from seawall.drills.spoil import EXTRA, SPOILERS, spoilt

COLUMNS = ["key", "number", "text", "at"]
rows = st.lists(
    st.tuples(
        st.integers(-(2**40), 2**40) | st.none(),
        st.text(max_size=3) | st.none(),
        st.integers(0, 2**50) | st.none(),
    ),
    max_size=9,
)


def table_of(values: list[tuple[Any, ...]]) -> pa.Table:
    """A table with a key, and a column of each kind."""
    numbers, texts, times = zip(*values, strict=True) if values else ((), (), ())
    return pa.table(
        {
            "key": pa.array(range(len(values)), pa.int64()),
            "number": pa.array(numbers, pa.int64()),
            "text": pa.array(texts, pa.string()),
            "at": pa.array(times, pa.timestamp("us")),
        }
    )


@given(rows, st.sampled_from(sorted(SPOILERS)), st.sampled_from(["number", "at"]))
@example(values=[], fault="half_keys", column="number")
def test_the_same_table_is_spoilt_in_the_same_way(
    values: list[tuple[Any, ...]], fault: str, column: str
) -> None:
    """A drill that is repeated sees what the first one saw."""
    column = "number" if fault == "times_1000" else column
    once, again = (spoilt(table_of(values), fault, column=column, keys=("key",)) for _ in range(2))

    assert once.equals(again)


@given(rows, st.sampled_from(["nulls", "type", "times_1000", "renamed", "missing"]))
def test_what_is_one_columns_fault_leaves_the_others(
    values: list[tuple[Any, ...]], fault: str
) -> None:
    """The other columns keep their names, types and values."""
    table = table_of(values)
    others = [name for name in COLUMNS if name != "number"]

    assert (
        spoilt(table, fault, column="number", keys=("key",))
        .select(others)
        .equals(table.select(others))
    )


@given(rows)
def test_stale_values_were_another_rows_and_keys_stay(values: list[tuple[Any, ...]]) -> None:
    """Nothing is made up: each column holds the values that it held."""
    table = table_of(values)
    old = spoilt(table, "stale", column="", keys=("key",))

    assert old["key"].equals(table["key"])
    assert sorted(map(repr, old["number"].to_pylist())) == sorted(
        map(repr, table["number"].to_pylist())
    )


@given(rows)
def test_a_thousand_times_is_exact(values: list[tuple[Any, ...]]) -> None:
    """Nulls stay, and no product wraps around."""
    table = table_of(values)
    times = spoilt(table, "times_1000", column="number", keys=("key",))["number"].to_pylist()

    assert times == [None if n is None else n * 1_000 for n in table["number"].to_pylist()]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pa.array([1, -2], pa.int8()), pa.int64()),
        (pa.array([1.5], pa.float32()), pa.float32()),
        (pa.array([2**62], pa.int64()), pa.float64()),
    ],
)
def test_a_product_without_room_gets_a_wider_type(values: pa.Array, expected: pa.DataType) -> None:
    """The type is kept where every product fits into it."""
    table = pa.table({"key": range(len(values)), "number": values})

    assert spoilt(table, "times_1000", column="number", keys=("key",))["number"].type == expected


@pytest.mark.parametrize(
    ("value", "older"),
    [
        (date(2024, 1, 1), date(2013, 12, 31)),
        (datetime(2024, 1, 1, 5, tzinfo=UTC), datetime(2013, 12, 31, 5, tzinfo=UTC)),
        ("2024-01-01T05:00:00Z", "2014-01-01T05:00:00Z"),
        ("soon", "soon"),
    ],
)
def test_stale_times_are_ten_years_older(value: object, older: object) -> None:
    """A time may be a date, an instant or ISO text."""
    table = pa.table({"key": [1], "at": [value]})

    assert spoilt(table, "stale", column="at", keys=("key",))["at"].to_pylist() == [older]


def test_the_faults_of_whole_tables() -> None:
    """Rows go, come twice or get a column more."""
    table = table_of([(n, "a", None) for n in range(5)])

    def spoil(fault: str) -> pa.Table:
        return spoilt(table, fault, column="", keys=("key",))

    assert spoil("empty").equals(table.slice(0, 0))
    assert spoil("half_keys")["key"].to_pylist() == [0, 2, 4]
    assert spoil("duplicated")["key"].to_pylist() == [0, 1, 2, 3, 4] * 2
    assert spoil("extra").column_names == [*COLUMNS, EXTRA]
