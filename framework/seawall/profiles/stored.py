"""Values of a stored profile, held to be what they have to be."""

from __future__ import annotations

from collections.abc import Mapping

from seawall.profiles.atoms import Atoms

__all__ = ["atoms_read", "text", "whole"]

_MOST = 2**53
"""More rows than any batch has, and few enough for their sums to be integers of 64 bits."""


def whole(value: object) -> int:
    """The value, which is a count; ValueError when it is none."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _MOST:
        raise ValueError(f"{value!r} where a count is")
    return value


def text(value: object) -> str:
    """The value, which is a text; ValueError when it is none."""
    if not isinstance(value, str):
        raise ValueError(f"{value!r} where a text is")  # noqa: TRY004 - what is stored has no type
    return value


def atoms_read(stored: Mapping[str, object], missed: object) -> Atoms:
    """The frequent values that were stored; ValueError when a count is none."""
    return Atoms({text(name): whole(count) for name, count in stored.items()}, whole(missed))
