"""Patterns are of one dialect, RE2's, wherever a text is held to one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import seawall
from seawall.config.contract import ColumnContract
from seawall.config.fits import misfit
from seawall.config.patterns import is_like, misshapen


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(?=a)(a+)+b", "look-ahead, (?="),
        ("(?!a)b", "look-ahead, (?!"),
        ("(?<=a)b", "look-behind, (?<="),
        ("(?<!a)b", "look-behind, (?<!"),
        (r"(a)\1", r"a back-reference, \1"),
        ("(?P<n>a)(?P=n)", "a back-reference, (?P"),
        ("(?>a)b", "an atomic group, (?>"),
        ("a++b", "a possessive repetition, ++"),
        ("[", "missing ]: ["),
        ("a)|(b", "unexpected ): a)|(b"),
        ("a{1001}", "invalid repetition size: {1001}"),
        ("\ud800", "half a character"),
    ],
)
def test_what_is_no_pattern(pattern: str, why: str) -> None:
    """What only an engine that tries ways back and forth can do is named, and so is a slip."""
    assert misshapen(pattern) == why


@pytest.mark.parametrize(
    ("pattern", "text", "like"),
    [
        ("a|ab", "ab", True),
        ("a", "ab", False),
        ("a", "a\n", False),
        ("", "", True),
        (r"\d", "\u0663", False),
        (r"\pN", "\u0663", True),
        ("[[:alpha:]]", "a", True),
        (".", "é", True),
    ],
)
def test_the_whole_text_is_held_to_it(pattern: str, text: str, *, like: bool) -> None:
    """The whole of the text counts; digits are those of ASCII."""
    assert is_like(pattern, text) is like


def test_a_value_of_the_file_is_held_to_the_same_dialect() -> None:
    """A constant passes where the same text in the data would."""
    contract = ColumnContract(dtype="string", pattern=r"\d")

    assert misfit(contract, "3") is None
    assert misfit(contract, "\u0663") == r"not like pattern \d"


def test_patterns_are_looked_at_without_pandas() -> None:
    """A file with a faulty pattern is told so quickly."""
    program = (
        "import sys; from seawall.config.patterns import misshapen;"
        "assert misshapen('(?=a)'); assert misshapen('a') is None; sys.exit('pandas' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(Path(seawall.__file__).parents[1])},
        check=False,
    )

    assert done.returncode == 0
