"""The word that was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = ["did_you_mean", "near"]

_LONGEST = 200
"""Nobody mistypes a longer word, and the time to compare two grows with the square of their length."""


def near(word: object, words: Iterable[object]) -> str | None:
    """The nearest of the words, whatever their case; None when none is near."""
    seen = str(word).casefold()
    if len(seen) > _LONGEST:
        return None
    folded = {known.casefold(): known for known in map(str, words) if len(known) <= _LONGEST}
    for known, spelling in folded.items():
        if sorted(known) == sorted(seen):  # letters swapped: difflib finds `no` far from `on`
            return spelling
    found = get_close_matches(seen, folded, n=1)
    return folded[found[0]] if found else None


def did_you_mean(word: object, words: Iterable[object]) -> str:
    """A suggestion from the words; empty when none is near."""
    found = near(word, words)
    return f"did you mean `{found}`?" if found is not None else ""
