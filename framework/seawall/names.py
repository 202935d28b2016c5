"""The nearest of the names that are there, for errors about one that isn't."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from seawall.shown import shown

__all__ = ["did_you_mean", "nearest"]

_LONGEST = 200
"""Nobody mistypes a longer name, and the time to compare two grows with the square of their length."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`did you mean 'x'?` for the nearest known name, or nothing when none is near."""
    found = nearest(name, known)
    return "" if found is None else f"did you mean {shown(found)}?"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The nearest known name, whatever its case; None when none is near."""
    folded = {entry.casefold(): entry for entry in known if len(entry) <= _LONGEST}
    if len(name) > _LONGEST:
        return None
    near = difflib.get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.6)
    return folded[near[0]] if near else None
