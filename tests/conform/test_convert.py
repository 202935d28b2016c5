"""Which values survive which declared type, and which rows have one that does not."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.config.contract import ColumnContract
from seawall.conform import ConversionError, Converted, arrow_type, conform, converted

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
    ([2.0**53 - 1], pa.float64(), pa.int64(), [2**53 - 1]),
    ([1, 255], pa.int64(), pa.uint8(), [1, 255]),
    ([2**53], pa.int64(), pa.float64(), [float(2**53)]),
    ([2**54, 2**62], pa.int64(), pa.float64(), [2.0**54, 2.0**62]),
    ([2**63], pa.uint64(), pa.float64(), [2.0**63]),
    ([str(BIG)], pa.string(), pa.int64(), [BIG]),
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
    ([1.0, 2.0**53], pa.float64(), pa.int64(), "9007199254740992.0", 1),
    ([2.0**24], pa.float32(), pa.int64(), "16777216.0", 0),
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
    (["7", "007"], pa.string(), pa.int64(), "'007'", 1),
    ([2**63 - 1], pa.int64(), pa.float64(), f"{2**63 - 1}", 0),
    ([2**63], pa.uint64(), pa.int64(), f"{2**63}", 0),
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


def column_of(values: list[Any], have: pa.DataType, **contract: Any) -> Converted:
    """The values in two pieces, as their contract types them."""
    pieces = [pa.array(values[:1], have), pa.array(values[1:], have)]
    return converted(pa.chunked_array(pieces), ColumnContract(**contract))


BAD_ROWS: list[tuple[list[Any], pa.DataType, str, list[int]]] = [
    ([300, 1, -1, None], pa.int64(), "uint8", [0, 2]),
    ([1.5, 2.0, float("inf"), None], pa.float64(), "int64", [0, 2]),
    ([BIG, 1, 2**54], pa.int64(), "float64", [0]),
    ([0.1, 0.5, float("nan"), float("inf")], pa.float64(), "float32", [0]),
    ([Decimal("1.50"), Decimal("2.00"), None], pa.decimal128(5, 2), "int64", [0]),
    ([Decimal("0.50"), Decimal("12345678901234567890.12")], pa.decimal128(22, 2), "float64", [1]),
    ([True, None], pa.bool_(), "bool", []),
]


@pytest.mark.parametrize(("values", "have", "dtype", "bad"), BAD_ROWS)
def test_rows_whose_value_would_change(
    values: list[Any], have: pa.DataType, dtype: str, bad: list[int]
) -> None:
    """Exactly the values that would change are marked, and null; all others are what they were."""
    found = column_of(values, have, dtype=dtype)
    marked = [] if found.bad is None else np.flatnonzero(found.bad).tolist()
    kept = [(found.values[n].as_py(), value) for n, value in enumerate(values) if n not in bad]

    assert marked == bad
    assert all(got == value or value != value for got, value in kept)  # noqa: PLR0124 - not a number
    assert all(found.values[row].as_py() is None for row in bad)


@pytest.mark.parametrize(
    ("values", "have", "contract", "told"),
    [
        ([1, None, 3], pa.int32(), {"dtype": "float64"}, {"float64 from int32": 2}),
        (["1", "x"], pa.string(), {"dtype": "int64"}, {"int64 from text": 1}),
        (["a"], pa.large_string(), {"dtype": "category"}, {}),
        ([1.0], pa.float64(), {"dtype": "float64"}, {}),
        ([None], pa.null(), {"dtype": "int64"}, {}),
        (
            ["NA", "1", "-", "NA"],
            pa.string(),
            {"dtype": "int64", "nulls": ("NA", "-")},
            {"null from 'NA'": 2, "null from '-'": 1, "int64 from text": 1},
        ),
    ],
)
def test_conversions_are_counted(
    values: list[Any], have: pa.DataType, contract: dict[str, Any], told: dict[str, int]
) -> None:
    """Every value that gets another type is counted by how; one that keeps its own is not."""
    assert column_of(values, have, **contract).told == told


@pytest.mark.parametrize("dtype", ["string", "category"])
def test_null_only_as_declared(dtype: str) -> None:
    """Text that others take for null stays text, unless it is declared to mean null, to the letter."""
    text = ["NA", "na", "NULL", "", "-"]
    have = pa.string() if dtype == "string" else CATEGORY

    assert column_of(text, have, dtype=dtype).values.to_pylist() == text
    declared = column_of(text, have, dtype=dtype, nulls=("NA", "")).values
    assert declared.to_pylist() == [None, "na", "NULL", None, "-"]
    assert declared.type == have


def test_a_type_without_a_way() -> None:
    """A column of a type that cannot become the declared one is refused as a whole, not row by row."""
    with pytest.raises(ConversionError) as caught:
        column_of([1, 0], pa.int64(), dtype="bool")

    assert (caught.value.row, caught.value.wanted) == (None, "bool")


FIRST, LAST = -62_135_596_800_000_000, 253_402_300_799_999_999
"""Microseconds from 1970 to the first and the last one that UTC's years 1 to 9999 have."""


@pytest.mark.parametrize(
    ("type_", "counts", "bad"),
    [
        (UTC, [FIRST - 1, FIRST, None, LAST, LAST + 1], [0, 4]),
        (NAIVE, [FIRST, LAST + 1], [1]),
        (pa.timestamp("s"), [FIRST // 10**6 - 1, LAST // 10**6], [0]),
        (pa.timestamp("us", "+01:00"), [FIRST - 1, LAST - 3_600_000_000, LAST], [2]),
    ],
)
def test_years_that_nobody_can_write(type_: pa.DataType, counts: list[Any], bad: list[int]) -> None:
    """A time is one of the years 1 to 9999 on its zone's own clock, also where its type is right."""
    zone = type_.tz
    column = pa.chunked_array([pa.array(counts, type_)])
    found = converted(column, ColumnContract(dtype="timestamp", timezone=zone))

    assert np.flatnonzero(found.bad).tolist() == bad
    assert found.values.null_count == len(bad) + column.null_count


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"])
def test_an_offset_leads_out_of_the_calendar(text: str) -> None:
    """An instant is not of the year that its text says, but of its zone's."""
    column = pa.chunked_array([[text]])
    found = converted(column, ColumnContract(dtype="timestamp", timezone="UTC"))

    assert found.bad is not None
