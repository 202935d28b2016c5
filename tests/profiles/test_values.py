"""Values of any type are counted as what they are, and what is no value as that."""

from __future__ import annotations

import datetime as dt
import decimal
import math
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from seawall.profiles import ColumnProfile, Kind, Shape, measure, shape_of
from seawall.profiles.tally import word_of

ARROW = pd.ArrowDtype
MOMENT = dt.datetime(2024, 3, 1, 12, 30, tzinfo=dt.UTC)
SECONDS = MOMENT.timestamp()


def described(values: list[Any], dtype: Any, kind: Kind) -> ColumnProfile:
    """The profile of one column, counted without a grid."""
    column = pd.Series(values, dtype=dtype)
    return measure(pd.DataFrame({"a": column}), {"a": Shape(kind)}).columns["a"]


@pytest.mark.parametrize(
    ("values", "dtype", "mean", "nulls"),
    [
        ([True, None], "boolean", 1.0, 1),
        ([1, None, 3], "Int64", 2.0, 1),
        ([1, 3], "uint8", 2.0, 0),
        ([2**64 - 1], "uint64", 2.0**64, 0),
        ([1.5, None], "float32", 1.5, 1),
        ([1.5, None], "Float32", 1.5, 1),
        ([1.5, None], ARROW(pa.float16()), 1.5, 1),
        ([1, None], ARROW(pa.int64()), 1.0, 1),
        ([True, False], ARROW(pa.bool_()), 0.5, 0),
        ([Decimal("2.5"), None], ARROW(pa.decimal128(9, 2)), 2.5, 1),
        ([Decimal("2.5"), 1, None, math.nan], object, 1.75, 2),
        ([dt.timedelta(days=1), None], "timedelta64[us]", 86_400.0, 1),
        ([dt.timedelta(days=1), None], ARROW(pa.duration("ms")), 86_400.0, 1),
        ([dt.timedelta(days=1), None], object, 86_400.0, 1),
        ([1.0, 1.0, 2.5, None], "category", 1.5, 1),
        ([1.0, 0.0], pd.SparseDtype("float64", 0.0), 0.5, 0),
    ],
)
def test_numbers(values: list[Any], dtype: Any, mean: float, nulls: int) -> None:
    """Numbers of every type are described as numbers, their nulls as nulls."""
    found = described(values, dtype, "ordered")

    assert (found.mean, found.nulls, found.uncounted) == (mean, nulls, 0)


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([MOMENT, None], "datetime64[s, UTC]"),
        ([MOMENT, None], "datetime64[ns, America/New_York]"),
        ([MOMENT.replace(tzinfo=None), None], "datetime64[us]"),
        ([MOMENT, None], ARROW(pa.timestamp("ms", "UTC"))),
        ([MOMENT, None], object),
        ([MOMENT.replace(tzinfo=None), None], object),
        ([MOMENT, None], "category"),
    ],
)
def test_times(values: list[Any], dtype: Any) -> None:
    """A moment is the seconds since 1970 in UTC, whatever its unit, zone and type."""
    found = described(values, dtype, "timestamp")

    assert (found.mean, found.nulls, found.uncounted) == (SECONDS, 1, 0)
    assert found.summary()["max"] == "2024-03-01 12:30:00+00:00"


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([MOMENT.date(), None], object),
        ([MOMENT.date(), None], ARROW(pa.date32())),
        ([pd.Period("2024-03-01", "D"), None], "period[D]"),
    ],
)
def test_dates(values: list[Any], dtype: Any) -> None:
    """A date is its midnight."""
    assert described(values, dtype, "timestamp").mean == SECONDS - 12.5 * 3600


@pytest.mark.parametrize(
    "dtype", ["str", object, "category", ARROW(pa.string()), ARROW(pa.large_string())]
)
def test_texts(dtype: Any) -> None:
    """A text is counted by its length in characters, and different texts as different."""
    found = described(["é€", "ab", None, "abcde"], dtype, "text")

    assert (found.mean, found.nulls, found.distinct.count) == (3.0, 1, 3)


@pytest.mark.parametrize(
    ("values", "dtype"),
    [([True, None, False], "boolean"), ([True, None, False], object), ([True, None, False], "category"),
     ([True, None, False], ARROW(pa.bool_()))],
)  # fmt: skip
def test_booleans(values: list[Any], dtype: Any) -> None:
    """True and false are the words of a boolean, whatever type holds them."""
    shape = shape_of(pd.Series([True, False]))
    found = measure(pd.DataFrame({"a": pd.Series(values, dtype=dtype)}), {"a": shape}).columns["a"]

    assert (found.cells.tolist(), found.nulls) == ([1, 1, 0], 1)


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([4, -7, 4], "int64"),
        ([4.0, -7.0, 4.0, None], "float64"),
        ([4.0, -7.0, 4.0], "float32"),
        ([4, -7, 4, None], "Int64"),
        ([4, -7, 4, None], ARROW(pa.float64())),
        ([4.0, -7.0, 4.0, None], "category"),
        ([Decimal("4.00"), Decimal(-7), 4.0, None], object),
        ([4, -7, 4, None], ARROW(pa.decimal128(9, 2))),
        ([4, -7, 4], ARROW(pa.dictionary(pa.int8(), pa.int64()))),
        (["4", "-7", "4", None], ARROW(pa.dictionary(pa.int8(), pa.string()))),
    ],
)
def test_codes(values: list[Any], dtype: Any) -> None:
    """A whole number is one word in every type: a null makes floats of integers, and no other codes."""
    shape = Shape("categorical", vocabulary=("-7", "4"))
    frame = pd.DataFrame({"a": pd.Series(values, dtype=dtype)})

    assert measure(frame, {"a": shape}).columns["a"].cells.tolist() == [1, 2, 0]


@pytest.mark.parametrize("value", [4.5, -1e-9, 1e30, True, np.True_, Decimal("4.5"), math.inf])
def test_other_values_keep_their_words(value: Any) -> None:
    """A fraction, a truth value or what no integer of 64 bits can be goes by its own text."""
    assert word_of(value) == str(value).lower()


class Wordless:
    """An object that has no text."""

    def __str__(self) -> str:
        raise RuntimeError

    __hash__ = None  # type: ignore[assignment]


WILD = [[1], {"a": 2}, {3}, np.array([1, 2]), b"\xff", "\ud800", Wordless(), 10**400, -(10**400), 1j,
        Decimal("sNaN"),
        dt.time(1), "x", 5, True, pd.NA, None, math.nan, MOMENT]  # fmt: skip


@pytest.mark.parametrize("kind", ["ordered", "timestamp", "text", "categorical", "boolean"])
def test_mixtures(kind: Kind) -> None:
    """A column of everything is counted as far as its values are of the kind; every row is somewhere."""
    found = described(WILD, object, kind)
    uncounted = {"ordered": 11, "timestamp": 14, "text": 13, "categorical": 0, "boolean": 0}
    infinite = 2 if kind == "ordered" else 0

    assert (found.rows, found.infinities, found.uncounted) == (len(WILD), infinite, uncounted[kind])
    assert found.nulls == 4
    assert isinstance(found.summary(), dict)


VIEWS = pa.DictionaryArray.from_arrays(pa.array([0, None]), pa.array(["a"], pa.string_view()))


@pytest.mark.parametrize("kind", ["ordered", "timestamp", "text", "categorical", "boolean"])
@pytest.mark.parametrize(
    "values",
    [
        pd.Series([], dtype=object),
        pd.Series([None, None], dtype=ARROW(pa.null())),
        pd.Series([[1], None], dtype=ARROW(pa.list_(pa.int64()))),
        pd.Series(["a", None], dtype=ARROW(pa.dictionary(pa.int8(), pa.string()))),
        pd.Series([1, None], dtype=ARROW(pa.dictionary(pa.int8(), pa.int64()))),
        pd.Series(pd.arrays.ArrowExtensionArray(VIEWS)),
        pd.Series([dt.time(1), None], dtype=ARROW(pa.time64("us"))),
        pd.Series([pd.Interval(0, 1), None]),
        pd.Series(["a", None], dtype="str"),
        pd.Series([1.5, None]),
        pd.Series([MOMENT, None]),
        pd.Series([1j, None]),
        pd.Series([True, False]),
    ],
    ids=lambda values: str(values.dtype),
)
def test_another_type_than_expected(values: pd.Series[Any], kind: Kind) -> None:
    """A column of any type can be counted as any kind: its nulls, and its values as that or as none."""
    found = measure(pd.DataFrame({"a": values}), {"a": Shape(kind)}).columns["a"]

    assert (found.rows, found.nulls) == (len(values), values.isna().sum())
    assert found.uncounted >= 0


def test_nans_beside_nulls() -> None:
    """Where a column has nulls of its own, a NaN is counted apart; in numpy's columns it is the null."""
    values = pd.Series(pd.arrays.ArrowExtensionArray(pa.array([1.0, None, math.nan, math.inf])))
    frame = pd.DataFrame({"a": values, "n": [1.0, None, math.nan, math.inf]})
    found = measure(frame, {name: Shape("ordered") for name in frame}).columns

    assert (found["a"].nulls, found["a"].nans, found["a"].null_share) == (1, 1, 0.5)
    assert (found["n"].nulls, found["n"].nans, found["n"].infinities) == (2, 0, 1)


def test_decimals_beyond_floats() -> None:
    """A Decimal that no float can hold is infinite."""
    with decimal.localcontext(prec=5):
        found = described([Decimal("1e400"), Decimal("-1e400"), Decimal(1)], object, "ordered")

    assert (found.minus_infinities, found.plus_infinities, found.mean) == (1, 1, 1.0)
