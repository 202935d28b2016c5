"""Who is told how far a build is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import islice
from typing import Protocol

__all__ = ["FEW", "NOBODY", "Told", "few", "tell_skipped"]

FEW = 5
"""Of batches that are left out, so many are named; more of them say no more."""


class Told(Protocol):
    """Who is told how far it is, and what went wrong."""

    def at(self, number: int, of: int, what: str) -> None:
        """It is at so many of so many."""

    def note(self, text: str) -> None:
        """Something that a person should know."""


class _Nobody:
    """Nobody is told."""

    def at(self, number: int, of: int, what: str) -> None:
        """Nothing happens."""

    def note(self, text: str) -> None:
        """Nothing happens."""


NOBODY: Told = _Nobody()


def tell_skipped(told: Told, skipped: Mapping[str, str]) -> None:
    """A line for each of the first batches that are left out, and one for all others."""
    for batch, why in islice(skipped.items(), FEW):
        told.note(f"batch {batch} is left out: {why}")
    if len(skipped) > FEW:
        told.note(f"{len(skipped) - FEW:,} more batches are left out")


def few(said: Collection[str], joint: str = ", ") -> str:
    """The first of them, and how many more there are."""
    left = len(said) - FEW
    return joint.join(islice(said, FEW)) + (f"{joint}and {left:,} more" if left > 0 else "")
