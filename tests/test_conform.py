"""Which values survive which declared type, and what a frame of them looks like."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.config.contract import ColumnContract
from seawall.conform import ConversionError, arrow_type, bare, conform, to_frame

CATEGORY = pa.dictionary(pa.int32(), pa.string())
NAIVE, UTC = pa.timestamp("us"), pa.timestamp("us", tz="UTC")
BIG = 2**53 + 1
KEPT: list[tuple[list[Any], pa.DataType, pa.DataType, list[Any]]] = [
    (["007"], pa.string(), pa.string(), ["007"]),
    (["007", None], pa.string(), CATEGORY, ["007", None]),
    (["7", "-1"], pa.string(), pa.int8(), [7, -1]),
    (["1.5", "1e3"], pa.string(), pa.float64(), [1.5, 1000.0]),
    (["0.1"], pa.string(), pa.float32(), [float(np.float32("0.1"))]),
    (["true", "False"], pa.string(), pa.bool_(), [True, False]),
    (["2024-01-31"], pa.string(), NAIVE, [datetime(2024, 1, 31)]),  # noqa: DTZ001 - a time without a zone
    (["a", None], pa.large_string(), pa.string(), ["a", None]),
    (["a", "b"], pa.string_view(), CATEGORY, ["a", "b"]),
    ([1.0, None, -0.0], pa.float64(), pa.int64(), [1, None, 0]),
    ([1e16], pa.float64(), pa.int64(), [10**16]),
    ([2.0**62], pa.float64(), pa.int64(), [2**62]),
    ([1, 255], pa.int64(), pa.uint8(), [1, 255]),
    ([2**53], pa.int64(), pa.float64(), [float(2**53)]),
    ([0.5, None], pa.float64(), pa.float32(), [0.5, None]),
    ([Decimal("1.50")], pa.decimal128(5, 2), pa.float64(), [1.5]),
    ([Decimal("2.00")], pa.decimal128(5, 2), pa.int32(), [2]),
    ([date(2024, 1, 31)], pa.date32(), NAIVE, [datetime(2024, 1, 31)]),  # noqa: DTZ001 - a time without a zone
    ([1], pa.timestamp("s"), NAIVE, [datetime(1970, 1, 1, 0, 0, 1)]),  # noqa: DTZ001 - a time without a zone
    ([None, None], pa.null(), pa.int64(), [None, None]),
    ([None], pa.null(), CATEGORY, [None]),
    ([], pa.string(), pa.int64(), []),
]
REFUSED: list[tuple[list[Any], pa.DataType, pa.DataType, str, int | None]] = [
    ([1.0, 1.7, 2.5], pa.float64(), pa.int64(), "1.7, 2.5 (double)", 1),
    ([float("nan")], pa.float64(), pa.int64(), "nan", 0),
    ([2.0**63], pa.float64(), pa.int64(), "9.22", 0),
    (["yes", "no"], pa.string(), pa.bool_(), "'yes', 'no'", 0),
    (["1", "1,234"], pa.string(), pa.int64(), "'1,234' (string)", 1),
    (["1.7"], pa.string(), pa.int64(), "'1.7'", 0),
    (["1", ""], pa.string(), pa.float64(), "''", 1),
    ([20240131], pa.int64(), NAIVE, "int64", None),
    (["20240131"], pa.string(), NAIVE, "'20240131'", 0),
    (["2024-01-31T00:00:00"], pa.string(), UTC, "'2024-01-31T00:00:00'", 0),
    (["2024-01-31T00:00:00Z"], pa.string(), NAIVE, "'2024-01-31T00:00:00Z'", 0),
    ([1, BIG], pa.int64(), pa.float64(), f"{BIG}", 1),
    ([300], pa.int64(), pa.int8(), "300", 0),
    ([-1], pa.int64(), pa.uint8(), "-1", 0),
    ([7], pa.int64(), pa.string(), "int64", None),
    ([True], pa.bool_(), pa.int64(), "bool", None),
    ([1], pa.int64(), pa.bool_(), "int64", None),
    ([0.5, 0.1], pa.float64(), pa.float32(), "0.1", 1),
    ([1e300], pa.float64(), pa.float32(), "1e+300", 0),
    ([1], NAIVE, UTC, "zone is declared otherwise", None),
    ([1], UTC, NAIVE, "zone is declared otherwise", None),
    ([date(2024, 1, 31)], pa.date32(), UTC, "zone is declared otherwise", None),
    ([Decimal("1.50")], pa.decimal128(5, 2), pa.int64(), "1.50", 0),
    (
        [Decimal("12345678901234567890.12")],
        pa.decimal128(22, 2),
        pa.float64(),
        "12345678901234567890.12",
        0,
    ),
    ([[1]], pa.list_(pa.int64()), pa.int64(), "list", None),
]


@pytest.mark.parametrize(("values", "have", "wanted", "expected"), KEPT)
def test_values_that_survive(
    values: list[Any], have: pa.DataType, wanted: pa.DataType, expected: list[Any]
) -> None:
    """A conversion in which no value changes is made, chunk borders and all."""
    column = pa.chunked_array([pa.array(values[:1], have), pa.array(values[1:], have)])
    found = conform(column, wanted)

    assert found.type == wanted
    assert found.to_pylist() == expected


@pytest.mark.parametrize(("values", "have", "wanted", "seen", "row"), REFUSED)
def test_values_that_would_change(
    values: list[Any], have: pa.DataType, wanted: pa.DataType, seen: str, row: int | None
) -> None:
    """A conversion that would change a value is refused, with the values and the first one's row."""
    with pytest.raises(ConversionError) as caught:
        conform(pa.chunked_array([pa.array(values, have)]), wanted)

    assert seen in caught.value.seen
    assert caught.value.row == row


def test_dictionaries_of_text() -> None:
    """A dictionary with narrow codes becomes the declared one, or plain text, with the same values."""
    column = pa.chunked_array(
        [
            pa.array(["a", None, "b"])
            .dictionary_encode()
            .cast(pa.dictionary(pa.int8(), pa.large_string()))
        ]
    )

    assert conform(column, CATEGORY).type == CATEGORY
    assert conform(column, pa.string()).to_pylist() == ["a", None, "b"]


def test_dictionaries_of_numbers() -> None:
    """A dictionary of numbers is taken for the numbers that it stands for."""
    column = pa.chunked_array([pa.array([1, 2, 1]).dictionary_encode()])

    assert conform(column, pa.int32()).to_pylist() == [1, 2, 1]


@given(
    values=st.lists(st.none() | st.floats(width=64)),
    wanted=st.sampled_from([pa.float32(), pa.int64(), pa.int8()]),
)
def test_what_is_converted_is_unchanged(values: list[float | None], wanted: pa.DataType) -> None:
    """Whatever floats come, they come out equal or not at all."""
    try:
        found = conform(pa.chunked_array([pa.array(values, pa.float64())]), wanted).to_pylist()
    except ConversionError as error:
        found = values if error.row is not None else []
    assert all(
        a == b or (a != a and b != b)  # noqa: PLR0124 - not a number
        for a, b in zip(values, found, strict=True)
    )


def frame_of(values: list[Any], kind: pa.DataType, **contract: Any) -> pd.Series:
    """A column of one frame; with a contract if one is given."""
    contracts = {"a": ColumnContract(**contract)} if contract else {}
    return to_frame(pa.table({"a": pa.array(values, kind)}), 5, contracts)["a"]


@pytest.mark.parametrize(
    "dtype", ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
)
def test_nullable_integers(dtype: str) -> None:
    """A nullable integer has pandas' masked type of its width, with a null or without."""
    expected = dtype.replace("uint", "UInt").replace("int", "Int")
    kind = pa.type_for_alias(dtype)

    for values in ([1, None], [1, 2], []):
        assert frame_of(values, kind, dtype=dtype, nullable=True).dtype == expected
    assert frame_of([1, 2], kind, dtype=dtype).dtype == dtype


@pytest.mark.parametrize("contract", [{}, {"dtype": "int64"}, {"dtype": "int64", "nullable": True}])
def test_large_integers_beside_nulls(contract: dict[str, Any]) -> None:
    """An integer above 2**53 is unchanged where a null stands beside it, whatever is declared."""
    assert frame_of([BIG, None], pa.int64(), **contract).iloc[0] == BIG


def test_bools() -> None:
    """A nullable bool has pandas' boolean type; another one numpy's, if no null is there."""
    assert frame_of([True, False], pa.bool_(), dtype="bool", nullable=True).dtype == "boolean"
    assert frame_of([True, None], pa.bool_(), dtype="bool").dtype == "boolean"
    assert frame_of([True, False], pa.bool_(), dtype="bool").dtype == np.bool_


def test_choices_come_first_among_categories() -> None:
    """A category with choices has them all, in the file's order; what is not among them comes after."""
    contract = {"dtype": "category", "one_of": ("x", "y")}
    found = frame_of(["z", "y"], pa.string(), dtype="string")
    coded = frame_of(["z", "y"], CATEGORY, **contract)

    assert list(coded.cat.categories) == ["x", "y", "z"]
    assert list(coded) == list(found)


def test_index_counts_the_batch() -> None:
    """A row's label is its number in the batch."""
    assert list(frame_of([1, 2], pa.int64()).index) == [5, 6]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pd.Series([1, 2], dtype="Int8"), "int8"),
        (pd.Series([1, None], dtype="Int8"), "Int8"),
        (pd.Series([True], dtype="boolean"), "bool"),
        (pd.Series([1.5], dtype="Float64"), "Float64"),
        (pd.Series(["a"], dtype="str"), "str"),
        (pd.Series([1.5]), "float64"),
    ],
)
def test_bare(values: pd.Series, expected: str) -> None:
    """Masked integers and bools without a null are numpy's; everything else stays as it is."""
    assert bare(values).dtype == expected


@pytest.mark.parametrize(
    ("contract", "expected"),
    [
        ({"dtype": "timestamp"}, NAIVE),
        ({"dtype": "timestamp", "timezone": "UTC"}, UTC),
        ({"dtype": "category"}, CATEGORY),
        ({"dtype": "uint16"}, pa.uint16()),
    ],
)
def test_arrow_types(contract: dict[str, Any], expected: pa.DataType) -> None:
    """Each dtype has one Arrow type."""
    assert arrow_type(ColumnContract(**contract)) == expected
