"""Who is told how far a build is."""

from __future__ import annotations

from typing import Protocol

__all__ = ["NOBODY", "Told"]


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
