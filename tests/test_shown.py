"""What foreign values and texts look like in messages."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.config.faults import Fault, Place
from seawall.contracts import Example, Finding
from seawall.errors import DataError, SeawallError
from seawall.names import did_you_mean
from seawall.shown import line, listed, part, shown

HUGE = 300_000_000
HOSTILE = "\x1b[2J\u202efdp.exe\r\nto do: trust me\x00"
TEXT = st.text(max_size=300)


class Unspeakable:
    """Its representation raises."""

    def __repr__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    "value",
    ["a" * HUGE, b"\0" * 1_000_000, ["x" * 1_000_000] * 9, {"a": "b" * 9_999}, 10**5_000, HOSTILE * 99,
     np.arange(1_000_000), np.str_("é" * 9_999), Unspeakable()],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_any_value_is_short(value: Any) -> None:
    """Whatever a value is, at most 120 printable characters of it are shown."""
    text = shown(value)

    assert len(text) <= 120
    assert text.isprintable()


def test_cut_text_says_its_length() -> None:
    """Of a text that was cut it is said how long it was."""
    assert shown("a" * 1_000).endswith("a…' (1,000 characters)")


@pytest.mark.parametrize("value", ["it's", 1.5, None, True, ("a", 1), b"x", "a" * 80])
def test_short_value_is_shown_as_python_writes_it(value: Any) -> None:
    """A value of ordinary length is shown as `repr` does."""
    assert shown(value) == repr(value)


def test_numpy_scalar_is_shown_bare() -> None:
    """A number of numpy's looks like a number."""
    assert shown(np.float64(1.5)) == "1.5"


def test_many_names_are_counted() -> None:
    """Of 5,000 columns as many are named as fit, and the others are counted."""
    text = listed([f"column {number}" for number in range(5_000)])

    assert len(text) < 900
    assert text.startswith("column 0, column 1, ")
    assert text.endswith(" more")


@settings(max_examples=50)
@given(text=TEXT, most=st.integers(60, 200))
def test_nothing_is_cut_twice(text: str, most: int) -> None:
    """What was cut to a length is not changed by cutting it to that length again."""
    assert part(part(text, most), most) == part(text, most)
    assert line(line(text, most), most) == line(text, most)


@settings(max_examples=50)
@given(parts=st.lists(TEXT, min_size=5, max_size=5), times=st.integers(1, 10_000))
def test_errors_are_short_and_printable(parts: list[str], times: int) -> None:
    """A message has at most about 4,000 characters, all of them printable but for its lines."""
    error = SeawallError(*(text * times for text in parts))

    assert len(str(error)) <= 4_100
    assert str(error).replace("\n", "").isprintable()


def test_long_parts_leave_room_for_the_others() -> None:
    """However much was seen, the message still ends with what to do."""
    error = DataError("w" * HUGE, "x" * 5_000, "y" * 5_000, "z" * 5_000, "mend the source")

    assert str(error).endswith("to do: mend the source")


def test_error_with_long_parts_pickles() -> None:
    """An error that was cut is the same in another process."""
    error = DataError("a" * 10_000, "b", HOSTILE)

    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_lines_of_a_part_stay() -> None:
    """A part may have lines of its own: a comparison of two schemas has."""
    assert "+ a\n- b" in str(DataError("columns differ", seen="+ a\n- b"))


def test_findings_examples_and_faults_are_printable() -> None:
    """What is kept of hostile data in findings, examples and faults of a file is printable."""
    finding = Finding("x", "warn", None, HOSTILE, HOSTILE, HOSTILE)
    example = Example("validate", HOSTILE, HOSTILE, HOSTILE, HOSTILE * 999, "f.csv")
    fault = Fault(Place("p.yaml", 1, 1), "a" * 10_000, HOSTILE, HOSTILE * 999)

    texts = [finding.seen, finding.message, example.key, example.value, str(fault)]
    assert all(text.replace("\n", "").isprintable() for text in texts)
    assert max(map(len, texts)) < 2_000


def test_long_names_are_not_compared() -> None:
    """A name of 10,000 characters is like no other, which is known at once."""
    name = "a" * 10_000

    assert did_you_mean(name, [name + str(number) for number in range(1_000)]) == ""
