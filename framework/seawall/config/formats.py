"""Times as text: by ISO 8601, or by a format of strptime's directives."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["DAY", "directives", "iso", "like", "unknown"]

_DIRECTIVE = re.compile("%(.)", re.DOTALL)
_WIDTHS = {"Y": "{4}", "j": "{3}", "f": "{1,9}"}
_NUMBERS = "YmdjHIMSf"
_WORDS = {
    "b": "[A-Za-z]{3}",
    "B": "[A-Za-z]+",
    "p": "[AaPp][Mm]",
    "z": "(?:Z|[+-][0-9]{2}:?[0-9]{2})",
    "%": "%",
}

DAY = "[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_CLOCK = r"[ T](?:[01][0-9]|2[0-3])(?::[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,%d})?)?)?"
_OFFSET = "(?:Z|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)"


def iso(digits: int, *, zoned: bool) -> str:
    """A regular expression for ISO 8601 with so many digits behind the second; an offset makes an instant."""
    clock = _CLOCK % digits
    return f"{DAY}{clock}{_OFFSET}" if zoned else f"{DAY}(?:{clock})?"


def directives(layout: str) -> list[str]:
    """The directives' letters, in order."""
    return _DIRECTIVE.findall(layout)


def unknown(layout: str) -> list[str]:
    """The directives that a format may not have, as they are written."""
    bare = "%" if _DIRECTIVE.sub("", layout).count("%") else ""
    known = set(_NUMBERS) | set(_WORDS)
    return [f"%{letter}" for letter in directives(layout) if letter not in known] + [bare] * bool(
        bare
    )


def like(layout: str) -> str:
    """A regular expression for the texts of a format.

    A day, month or hour may have one digit where something else stands before and behind it; next to
    other digits it has two: `2024131` is no `%Y%m%d`, for it could be two days.
    """
    return "".join(_pieces(layout))


def _pieces(layout: str) -> Iterator[str]:
    place, digit = 0, False
    for match in _DIRECTIVE.finditer(layout):
        between, letter = layout[place : match.start()], match[1]
        yield re.escape(between)
        before = between[-1:].isdigit() or (digit and not between)
        place, digit = match.end(), letter in _NUMBERS
        if digit:
            follows = layout[place : place + 2]
            behind = follows[:1].isdigit() or (follows[:1] == "%" and follows[1:] in _NUMBERS)
            yield _number(letter, short=not (before or behind))
        else:
            yield _WORDS[letter]
    yield re.escape(layout[place:])


def _number(letter: str, *, short: bool) -> str:
    """So many digits as the directive has; pandas would carry a second 60 over to the next minute."""
    if letter == "S":
        return "[0-5]?[0-9]" if short else "[0-5][0-9]"
    return "[0-9]" + _WIDTHS.get(letter, "{1,2}" if short else "{2}")
