"""What people don't see of a text: why it looks like an allowed one, blanks, look-alike letters."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable

from seawall.shown import shown

__all__ = ["likeness", "oddity", "oddity_for"]

# Letters of other alphabets that print as these Latin ones do, after Unicode's table of confusables:
# the capital and small letters of Cyrillic and Greek that people type by accident. Full-width and
# other compatibility forms are folded by NFKC and need no table.
_ALIKE = {
    **dict(zip("АВСЕНІЈКМОРЅТХаеіјорѕсху", "ABCEHIJKMOPSTXaeijopscxy", strict=True)),  # noqa: RUF001 - that is their point
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοι", "ABEZHIKMNOPTYXoi", strict=True)),  # noqa: RUF001 - that is their point
}
_NAMED = 3
"""So many characters of a text are named."""
_BLANKS = {" ": "space", "\t": "tab", "\n": "line feed", "\r": "carriage return"}


def likeness(choices: Iterable[object]) -> Callable[[object], str]:
    """A function that says of a value which choice it looks like, and why not; '' where none does.

    `'JFK ' is 'JFK' with a trailing space`.
    """
    texts = [choice for choice in choices if isinstance(choice, str)]
    near = {_skeleton(choice): choice for choice in reversed(texts)}

    def told(value: object) -> str:
        choice = near.get(_skeleton(value)) if isinstance(value, str) else None
        if choice is None or choice == value:
            return ""
        return f"{shown(value)} is {shown(choice)} {_difference(str(value), choice)}"

    return told


def oddity(value: object) -> str:
    """The text, with what people don't see of it or take for another letter; '' for an ordinary one.

    `'JFK ' with a trailing space`. Ordinary is what ASCII prints.
    """
    return _odd(value, lambda letter: not letter.isascii() or _unseen(letter))


def oddity_for(pattern: str) -> Callable[[object], str]:
    """`oddity`, for texts that should be like the pattern: with letters of its own, only what is unseen."""
    if pattern.isascii() and "\\p" not in pattern.casefold():
        return oddity
    return lambda value: _odd(value, _unseen)


def _odd(value: object, strange: Callable[[str], bool]) -> str:
    if not isinstance(value, str):
        return ""
    told = [_blanks(value)] if value.strip() != value else []
    names = dict.fromkeys(_name(letter) for letter in value.strip() if strange(letter))
    if names:
        told.append("with " + ", ".join(list(names)[:_NAMED]))
    return f"{shown(value)} {' and '.join(told)}" if told else ""


def _skeleton(text: str) -> str:
    """What is left of a text without everything that people cannot see or tell apart."""
    folded = unicodedata.normalize("NFKC", text)
    alike = "".join(_ALIKE.get(letter, letter) for letter in folded if not _unseen(letter))
    return unicodedata.normalize("NFC", alike.strip().casefold())


def _difference(value: str, choice: str) -> str:
    """The first thing that is different, in words."""
    if value.strip() != value and value.strip() in {choice, choice.strip()}:
        return _blanks(value)
    strange = [letter for letter in value if letter not in choice and _named(letter)]
    if strange:
        return "with " + ", ".join(dict.fromkeys(map(_name, strange)))
    if value.casefold() == choice.casefold():
        return "in another case"
    if unicodedata.normalize("NFC", value) == unicodedata.normalize("NFC", choice):
        return "in another Unicode form: normalise both to NFC"
    return "written otherwise: blanks, case or form"


def _blanks(value: str) -> str:
    before, behind = value[: -len(value.lstrip())], value[len(value.rstrip()) :]
    ends = [("leading", before), ("trailing", behind)]
    return "with " + " and ".join(f"a {where} {_name(blank[0])}" for where, blank in ends if blank)


def _named(letter: str) -> bool:
    """Whether the letter is named: what cannot be seen, or told from another one."""
    folded = unicodedata.normalize("NFKC", letter)
    return letter in _ALIKE or _unseen(letter) or (folded != letter and len(letter) == 1)


def _unseen(letter: str) -> bool:
    """Zero-width and other marks without a width; they stand in no word that people choose."""
    return unicodedata.category(letter) in {"Cf", "Cc"} and letter not in _BLANKS


def _name(letter: str) -> str:
    return _BLANKS.get(letter, unicodedata.name(letter, f"U+{ord(letter):04X}"))
