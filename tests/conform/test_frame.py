"""What a frame of typed columns looks like."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from seawall.config.contract import ColumnContract
from seawall.conform import bare, to_frame

CATEGORY = pa.dictionary(pa.int32(), pa.string())
BIG = 2**53 + 1


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
