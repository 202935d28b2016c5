"""Text as numbers, truth values and times: what is written plainly or as declared, and nothing else."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.config.contract import ColumnContract
from seawall.conform import converted

GROUPED = {"thousands": ","}
GERMAN = {"thousands": ".", "decimal": ","}
YES_NO = {"true": ("yes",), "false": ("no",)}


def read(texts: list[str | None], **contract: Any) -> list[Any]:
    """What each text is, `bad` for one that is nothing; also where others stand before it."""
    values = pa.array(["1", *texts]).slice(1)
    found = converted(pa.chunked_array([values]), ColumnContract(**contract))
    bad = np.zeros(len(texts), dtype=bool) if found.bad is None else found.bad
    return [
        "bad" if wrong else value
        for wrong, value in zip(bad, found.values.to_pylist(), strict=True)
    ]


INTEGERS = {
    **{text: int(text) for text in ("0", "-7", "9223372036854775807", "9007199254740993")},
    **dict.fromkeys(("007", "-07", "00", " 7", "7 ", "7\n", "+7", "1e3", "0x1F", "1_000"), "bad"),
    **dict.fromkeys(("١٢", "\uff17", "", "-", "--7", "1.0", "1,000", "9223372036854775808"), "bad"),
    "9" * 400: "bad",
}
FLOATS = {
    **{text: float(text) for text in ("0.5", ".5", "5.", "-0.0", "1e-05", "1E+5", "1e17", "0e5")},
    **dict.fromkeys(("007.5", "+1", "inf", "-Infinity", "nan", "NaN", "1e400", "1e-400"), "bad"),
    **dict.fromkeys(("0x1p3", "1,5", "1 0", "", ".", "9007199254740993", "1d5"), "bad"),
}
TRUTHS = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("1", "0", "yes", "no", "t", "tRue", " true", ""), "bad"),
}


@pytest.mark.parametrize(
    ("dtype", "texts"), [("int64", INTEGERS), ("float64", FLOATS), ("bool", TRUTHS)]
)
def test_plain_text(dtype: str, texts: dict[str, Any]) -> None:
    """Text is a number or truth value as it is written plainly, alone and beside texts that are none."""
    expected = list(texts.values())

    assert read([*texts, None], dtype=dtype) == [*expected, None]
    assert [read([text], dtype=dtype)[0] for text in texts] == expected


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.none()))
def test_floats_as_python_writes_them(values: list[float | None]) -> None:
    """Any finite float that was written as the shortest text is read as the same float."""
    texts = [None if value is None else repr(value) for value in values]

    assert read(texts, dtype="float64") == values


@pytest.mark.parametrize(
    ("parse", "texts"),
    [
        (GROUPED, {"1,234": 1234.0, "1234": 1234.0, "-1,234,567.25": -1234567.25}),
        (
            GROUPED,
            {"12,34": "bad", "1,23,4": "bad", "0,123": "bad", ",123": "bad", "1.234,5": "bad"},
        ),
        (GERMAN, {"1.234,5": 1234.5, "0,5": 0.5, "12.345": 12345.0, "1.5": "bad", "1,5.0": "bad"}),
        ({"thousands": " "}, {"1 234": 1234.0, "1\u00a0234": "bad", " 1": "bad"}),
    ],
)
def test_declared_marks(parse: dict[str, Any], texts: dict[str, Any]) -> None:
    """Marks of thousands and decimals are read as declared, groups of three digits each."""
    assert read(list(texts), dtype="float64", parse=parse) == list(texts.values())


def test_declared_words() -> None:
    """Declared words of truth take the place of the usual ones."""
    assert read(["yes", "no", "true"], dtype="bool", parse=YES_NO) == [True, False, "bad"]


@pytest.mark.parametrize(
    ("zone", "texts"),
    [
        (
            None,
            {
                "2024-01-31": (1, 31),
                "2024-01-31 00:00": (1, 31),
                "2024-02-29T00:00:00.000000": (2, 29),
            },
        ),
        (
            None,
            dict.fromkeys(
                ("2023-02-29", "20240131", "12:30", "2024-01-31T12:30Z", "now", ""), "bad"
            ),
        ),
        (None, dict.fromkeys(("31.01.2024", "2024-1-31", "2024-01-31T24:00", "1706659200"), "bad")),
        ("UTC", {"2024-01-31T00:00Z": (1, 31), "2024-01-31T05:30+05:30": (1, 31)}),
        ("UTC", dict.fromkeys(("2024-01-31T00:00", "2024-01-31", "2024-02-30T00:00Z"), "bad")),
    ],
)
def test_times(zone: str | None, texts: dict[str, Any]) -> None:
    """A time is read by ISO 8601; an instant has an offset, and a time on a clock has none."""
    found = read(list(texts), dtype="timestamp", timezone=zone)

    assert [t if t == "bad" else (t.month, t.day) for t in found] == list(texts.values())


@pytest.mark.parametrize(
    ("layout", "texts"),
    [
        ("%Y%m%d", {"20240131": datetime(2024, 1, 31)}),  # noqa: DTZ001 - a time on a clock
        (
            "%Y%m%d",
            dict.fromkeys(("2024131", "20240230", "now", "today", "NaT", "", " 20240131"), "bad"),
        ),
        ("%d/%m/%Y", {"31/01/2024": datetime(2024, 1, 31), "1/2/2024": datetime(2024, 2, 1)}),  # noqa: DTZ001 - as above
        ("%d/%m/%Y", dict.fromkeys(("01/31/2024", "2024-01-31", "31/01/24"), "bad")),
        ("%Y-%m-%d %H:%M:%S", dict.fromkeys(("2024-01-31 10:00:60", "2024-01-31 10:00:61"), "bad")),
        ("%Y%m%d%H%M%S", dict.fromkeys(("20240131100060", "20240131100061"), "bad")),
    ],
)
def test_declared_formats(layout: str, texts: dict[str, Any]) -> None:
    """A declared format takes texts of that format alone, each of which is one day for sure."""
    assert read(list(texts), dtype="timestamp", parse={"format": layout}) == list(texts.values())


def test_nanoseconds_as_declared() -> None:
    """A nanosecond in the text is kept with `resolution: ns`, and is too fine for the usual type."""
    text = ["2024-01-31T00:00:00.000000001"]

    assert read(text, dtype="timestamp") == ["bad"]
    (time,) = read(text, dtype="timestamp", resolution="ns")
    assert time.nanosecond == 1


@pytest.mark.parametrize("dtype", ["int8", "int64", "uint8", "uint64", "float64"])
def test_a_zero_with_a_sign_is_zero(dtype: str) -> None:
    """It is equal to zero, in every type of numbers."""
    assert read(["-0", "7", None], dtype=dtype) == [0, 7, None]
