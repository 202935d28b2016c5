"""JSON lines: types that are declared, and lines that are named."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seawall.errors import DataError

VALUES = st.fixed_dictionaries(
    {
        "n": st.none() | st.integers(-(2**63), 2**63 - 1),
        "x": st.none() | st.floats(allow_nan=False, allow_infinity=False),
        "s": st.none() | st.text(max_size=5),
        "b": st.none() | st.booleans(),
    }
)
TYPES = {"n": pa.int64(), "x": pa.float64(), "s": pa.string(), "b": pa.bool_()}


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(VALUES, min_size=1, max_size=12), size=st.integers(1, 14), blank=st.booleans())
def test_reads_what_the_json_module_wrote(
    new_reading: Callable[[], Any], rows: list[dict[str, Any]], size: int, *, blank: bool
) -> None:
    """Objects come back as Python's json module wrote them, in chunks of any size."""
    reading = new_reading()
    end = "\n\n" if blank else "\n"
    reading.write("part.jsonl", end.join(json.dumps(row) for row in rows))

    assert reading.rows(reading.source("jsonl", types=TYPES), size) == rows


def test_text_stays_text(reading: Any) -> None:
    """A text that looks like a time is text, whether or not a type is declared for it."""
    reading.write("part.jsonl", '{"a": "2013-01-01", "b": "2013-01-01T00:00:00Z"}\n')
    source = reading.source("jsonl", types={"b": pa.timestamp("us", tz="UTC")})

    assert reading.rows(source) == [{"a": "2013-01-01", "b": "2013-01-01T00:00:00Z"}]


def test_categories_come_as_text(reading: Any) -> None:
    """A declared category is read as text, which JSON can hold."""
    reading.write("part.jsonl", '{"a": "x"}\n')
    source = reading.source("jsonl", types={"a": pa.dictionary(pa.int32(), pa.string())})

    assert reading.rows(source) == [{"a": "x"}]


def test_absent_keys_are_null(reading: Any) -> None:
    """A key that an object lacks is null there."""
    reading.write("part.jsonl", '{"a": 1, "b": 2}\n{"a": 3}\n')

    assert reading.rows(reading.source("jsonl"), 1) == [{"a": 1, "b": 2}, {"a": 3, "b": None}]


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        ('{"a": 20240131}', pa.timestamp("us")),
        ('{"a": 7}', pa.string()),
        ('{"a": 1', pa.int64()),
        ("[1]", pa.int64()),
        ('{"a": 1, "a": 2}', pa.int64()),
    ],
)
def test_bad_lines_are_named(reading: Any, bad: str, kind: pa.DataType) -> None:
    """A line that is no object, or holds a value of another type, is named by its number."""
    good = {pa.timestamp("us"): '"2024-01-31"', pa.string(): '"x"'}
    line = f'{{"a": {good.get(kind, "1")}}}\n'
    reading.write("part.jsonl", line * 4 + "\n" + bad + "\n" + line)
    source = reading.source("jsonl", types={"a": kind})
    with pytest.raises(DataError, match=r"part\.jsonl:6[: ]"):
        reading.rows(source, 2)


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        ("1.7", pa.int64(), "1.7"),
        ('"x"', pa.float64(), "x"),
        ('"no"', pa.bool_(), "no"),
        ("true", pa.int64(), "true"),
        ("300", pa.int8(), "300"),
        ("9007199254740993.5", pa.int64(), "9007199254740993.5"),
        ("[true]", pa.int64(), "[true]"),
    ],
)
def test_declared_values_of_another_type_come_as_text(
    reading: Any, value: str, kind: pa.DataType, text: str
) -> None:
    """A declared number or truth value that is none is the text in its line, for the contract to judge."""
    good = "true" if kind == pa.bool_() else "1"
    reading.write("part.jsonl", f'{{"a": {good}, "b": 2}}\n{{"a": {value}, "b": 3}}\n')
    source = reading.source("jsonl", types={"a": kind})

    assert reading.rows(source, 2) == [{"a": good, "b": 2}, {"a": text, "b": 3}]


def test_undeclared_values_of_another_type_are_refused(reading: Any) -> None:
    """Where nobody declares a column, a value of another type than the first ones is an error."""
    reading.write("part.jsonl", f'{{"a": 1, "b": "{"x" * 2**20}"}}\n{{"a": 1.7}}\n')
    with pytest.raises(DataError, match=r"part\.jsonl:2"):
        reading.rows(reading.source("jsonl"), 2)


def test_two_objects_in_a_line(reading: Any) -> None:
    """Two objects in one line are refused: they would not be counted as rows."""
    reading.write("part.jsonl", '{"a": 1}{"a": 2}\n')
    with pytest.raises(DataError, match="no line is an object"):
        reading.rows(reading.source("jsonl"))


@pytest.mark.parametrize(
    "content", [b"", b"\n \n", gzip.compress(b'{"a": 1}\n', mtime=0), b'{"a": "\xff"}\n']
)
def test_foreign_files_are_refused(reading: Any, content: bytes) -> None:
    """A file without objects, or of another format, is named."""
    reading.write("part.jsonl", content)
    source = reading.source("jsonl")
    with pytest.raises(DataError, match=r"part\.jsonl"):
        source.schema(source.fragments())
