"""A fault as text: its place, its line, a caret below the very characters."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest

from seawall.config.faults import Fault, Place


def shown(text: str, column: int, width: int = 1) -> tuple[str, str]:
    """The line and the caret's line of a fault, without their margins."""
    lines = str(Fault(Place("p.yaml", 3, column, text, width), "a.b", "wrong")).split("\n")
    return lines[1][8:], lines[2][8:]


def cells(text: str) -> int:
    """How wide the text is on a terminal."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def test_the_whole_report() -> None:
    """Place, path and what; the line and the caret; then what is known besides."""
    fault = Fault(Place("p.yaml", 3, 4, "a: x", 1), "a", "wrong", "'x'", "y, z", "try y")

    assert str(fault).split("\n") == [
        "p.yaml:3:4 a: wrong",
        "    3 | a: x",
        "      |    ^",
        "      seen: 'x'",
        "      allowed: y, z",
        "      to do: try y",
    ]


def test_without_a_path_or_a_line() -> None:
    """A fault of the file as a whole is one line."""
    assert str(Fault(Place("p.yaml", 1, 1), "", "no such file")) == "p.yaml:1:1: no such file"


@pytest.mark.parametrize(
    ("text", "column"), [("a:\tx", 4), ("名前: x", 5), ("e\u0301: x", 5), ("\x1b[31m: x", 8)]
)
def test_the_caret_stands_below_the_character(text: str, column: int) -> None:
    """Tabs, wide and combining characters and escapes move the caret as they move the text."""
    line, caret = shown(text, column)
    before = line[: line.index("x")].replace("\u0301", "")

    assert caret == " " * cells(before) + "^"
    assert "\x1b" not in line


@pytest.mark.parametrize("column", [1, 50, 500, 990])
def test_a_long_line_is_clipped_around_the_caret(column: int) -> None:
    """About a hundred characters are shown, those of the fault among them."""
    text = "".join(chr(97 + n % 26) for n in range(1000))
    line, caret = shown(text, column, 3)

    assert len(line) <= 102
    at = caret.index("^")
    assert line[at : at + 3] == text[column - 1 : column + 2]


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("length: 9", "allowed: a section with keys such as {min: …, max: …} or null"),
        ("dtype: null", "seen: null"),
        ("dtype: int64, min: 0.5, max: '5'", "max is the text '5' on dtype int64"),
    ],
)
def test_what_was_seen_and_what_could_stand_there(project: Any, written: str, words: str) -> None:
    """A null is called null, a section shows its keys, a bound its text."""
    column = written if "dtype" in written else f"dtype: string, {written}"
    text = project.sample.replace("flight_id: {dtype: int64}", f"flight_id: {{{column}}}")

    assert words in str(project.fault(text))
