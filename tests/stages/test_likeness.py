"""Why a value that is none of the choices looks like one of them."""

from __future__ import annotations

import pytest

from seawall.stages.likeness import likeness

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
