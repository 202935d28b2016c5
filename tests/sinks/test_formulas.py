"""CSV that a spreadsheet opens without calculating anything."""

from __future__ import annotations

import csv
import io
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.config.models import FilesPublish
from seawall.sinks.files.encode import encoding_of
from seawall.sinks.files.formulas import HarmlessCsvEncoder

SIGNS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "\nx",
    " =1+1",
    "\u00a0=1",
    "\uff1d1",
    '=HYPERLINK("x")',
]


def cells(table: pa.Table, encoding: Any = HarmlessCsvEncoder) -> list[list[str]]:
    """The file's cells, the header first."""
    file = io.BytesIO()
    encoder = encoding(file, table.schema)
    encoder.write(table)
    encoder.close()
    return list(csv.reader(io.StringIO(file.getvalue().decode(), newline="")))


@pytest.mark.parametrize("text", FORMULAS)
def test_formula_begins_with_an_apostrophe(text: str) -> None:
    """Text that a spreadsheet would calculate is text to it."""
    assert cells(pa.table({"a": [text]}))[1] == ["'" + text]


@pytest.mark.parametrize("text", ["", "a=1", "1-1", "x@y.z", "'=1", "é", "a\n=1"])
def test_other_text_is_as_it_was(text: str) -> None:
    """Text that begins otherwise is not touched."""
    assert cells(pa.table({"a": [text]}))[1] == [text]


def test_numbers_and_nulls_are_as_they_were() -> None:
    """Negative numbers, times and nulls are written as without the key."""
    table = pa.table(
        {
            "i": [-1],
            "f": [-1.5],
            "t": pa.array([-1], pa.timestamp("s")),
            "n": pa.array([None], pa.string()),
        }
    )

    assert cells(table) == cells(table, encoding_of("csv"))


def test_categories_and_names_are_escaped() -> None:
    """A category's texts and the columns' own names are no formulas either."""
    table = pa.table({"=a": pa.array(["=1", None]).dictionary_encode()})

    assert cells(table) == [["'=a"], ["'=1"], []]


@settings(max_examples=60)
@given(text=st.text(max_size=4) | st.text(alphabet=" \u00a0=+-@a", max_size=4))
def test_no_cell_begins_as_a_formula(text: str) -> None:
    """Whatever a text is, without its blanks its cell begins with none of the signs, and ends as it did."""
    cell = cells(pa.table({"a": [text], "b": [1]}))[1][0]

    assert not cell.strip(" \u00a0").startswith(tuple(SIGNS))
    assert cell.endswith(text)


@pytest.mark.parametrize("form", ["parquet", "jsonl"])
def test_other_formats_are_refused(form: str) -> None:
    """Formats that no spreadsheet calculates don't take the key."""
    with pytest.raises(ValueError, match="escape_formulas with format"):
        FilesPublish(type="files", path="out", format=form, escape_formulas=True)
