"""Why a value that is none of the choices looks like one of them."""

from __future__ import annotations

import pytest

from seawall.stages.likeness import likeness, oddity, oddity_for

TOLD = likeness(["JFK", "caf\u00e9", "one 1"])


@pytest.mark.parametrize(
    ("value", "difference"),
    [
        ("JFK ", "'JFK' with a trailing space"),
        ("\tJFK", "'JFK' with a leading tab"),
        ("JFK\u00a0", "'JFK' with a trailing NO-BREAK SPACE"),
        ("one\u00a01", "'one 1' with NO-BREAK SPACE"),
        ("jfk", "'JFK' in another case"),
        ("JF\u041a", "'JFK' with CYRILLIC CAPITAL LETTER KA"),
        ("JF\u039a", "'JFK' with GREEK CAPITAL LETTER KAPPA"),
        ("one \uff11", "'one 1' with FULLWIDTH DIGIT ONE"),
        ("JF\u200bK", "'JFK' with ZERO WIDTH SPACE"),
        ("JFK\u202e", "'JFK' with RIGHT-TO-LEFT OVERRIDE"),
        ("cafe\u0301", "'café' in another Unicode form: normalise both to NFC"),
        (" jfk", "'JFK' written otherwise: blanks, case or form"),
    ],
)
def test_what_people_cannot_see(value: str, difference: str) -> None:
    """A blank, a case, a look-alike letter, a mark without width and a Unicode form are named."""
    assert TOLD(value).endswith(f" is {difference}")


@pytest.mark.parametrize("value", ["JFK", "LGA", "", 7, None, "JFKX"])
def test_what_looks_like_nothing(value: object) -> None:
    """Of a choice, of a text that looks like none and of what is no text nothing is said."""
    assert TOLD(value) == ""


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("T-1 ", "'T-1 ' with a trailing space"),
        ("\u0422-1", "'\u0422-1' with CYRILLIC CAPITAL LETTER TE"),
        ("\u22125\t", "'\u22125\\t' with a trailing tab and with MINUS SIGN"),
        ("1\u200b2", "'1\\u200b2' with ZERO WIDTH SPACE"),
        ("T-1", ""),
        (7, ""),
    ],
)
def test_what_people_do_not_see_of_a_text(value: object, told: str) -> None:
    """Blanks at its ends and letters outside ASCII are named, of ordinary texts nothing."""
    assert oddity(value) == told


def test_letters_of_a_pattern_are_ordinary() -> None:
    """Where the pattern has letters beyond ASCII, only what has no width is named, and blanks."""
    told = oddity_for("[\u0410-\u042f]+")

    assert told("\u0422\u0435\u0441\u0442") == ""
    assert told("\u0422\u200b").endswith("with ZERO WIDTH SPACE")
