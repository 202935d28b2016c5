"""How a column is counted: fixed before its first row, so that the counts of any chunks add up."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args

__all__ = ["BOOLEAN", "MOST_CELLS", "MOST_POINTS", "MOST_WORDS", "WORDED", "Kind", "Shape"]

Kind = Literal["ordered", "categorical", "boolean", "timestamp", "text", "key"]
MOST_POINTS = 256
MOST_WORDS = 1_000
MOST_CELLS = max(2 * MOST_POINTS, MOST_WORDS) + 1
BOOLEAN = ("false", "true")
WORDED: frozenset[Kind] = frozenset({"categorical", "boolean"})
"""Kinds whose values are words of a vocabulary; those of the others are numbers on a grid."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A column's kind, with the grid or the vocabulary that its values are counted by.

    The grid stands in the values' own unit: seconds since 1970 UTC for timestamps, characters for
    texts. Raises ValueError for a grid or a vocabulary that nothing can be counted by.
    """

    kind: Kind
    grid: tuple[float, ...] = ()
    vocabulary: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(f"the kind {self.kind!r}, allowed: {', '.join(get_args(Kind))}")
        problem = _grid_problem(self.grid) or _vocabulary_problem(self.vocabulary)
        if self.kind in WORDED and self.grid:
            problem = "a grid, which its words do not have"
        if self.kind not in WORDED and self.vocabulary:
            problem = "a vocabulary, which its numbers do not have"
        if self.kind == "boolean" and self.vocabulary not in ((), BOOLEAN):
            problem = f"the vocabulary {self.vocabulary}, allowed: {BOOLEAN}"
        if problem:
            raise ValueError(f"a shape of kind {self.kind} with {problem}")

    @property
    def cells(self) -> int:
        """How many counts a profile of this shape has: of points and gaps, or of words and the rest."""
        if self.kind in WORDED:
            return len(self.vocabulary) + 1
        return 2 * len(self.grid) + 1

    @property
    def edges(self) -> tuple[float, float]:
        """Where the tails begin; both at 0 where there is no grid."""
        return (self.grid[0], self.grid[-1]) if self.grid else (0.0, 0.0)

    def __str__(self) -> str:
        if self.kind in WORDED:
            return f"{self.kind}, {len(self.vocabulary):,} words"
        ends = f" from {self.grid[0]:g} to {self.grid[-1]:g}" if self.grid else ""
        return f"{self.kind}, a grid of {len(self.grid):,} points{ends}"


def _grid_problem(grid: tuple[float, ...]) -> str:
    if len(grid) > MOST_POINTS:
        return f"{len(grid):,} grid points, allowed: at most {MOST_POINTS}"
    odd = [point for point in grid if not math.isfinite(point)]
    if odd:
        return f"{odd[0]} in its grid, allowed: finite numbers"
    falls = [(low, high) for low, high in pairwise(grid) if low >= high]
    return f"{falls[0][1]:g} behind {falls[0][0]:g}, allowed: ascending points" if falls else ""


def _vocabulary_problem(vocabulary: tuple[str, ...]) -> str:
    if len(vocabulary) > MOST_WORDS:
        return f"{len(vocabulary):,} words, allowed: at most {MOST_WORDS:,}"
    twice = len(vocabulary) - len(set(vocabulary))
    return f"{twice} words that stand there twice" if twice else ""
