"""The nearest of the names that are there, for errors about one that isn't."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["did_you_mean"]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`did you mean 'x'?` for the nearest known name, or nothing when none is near."""
    known = list(known)
    folded = {entry.casefold(): entry for entry in known}
    near = difflib.get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.6)
    return f"did you mean {folded[near[0]]!r}?" if near else ""
