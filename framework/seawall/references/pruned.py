"""A profile without what would name single rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from seawall.profiles import Profile
from seawall.profiles.atoms import Atoms
from seawall.profiles.column import ColumnProfile
from seawall.profiles.distinct import Distinct
from seawall.profiles.shape import Shape
from seawall.references.ends import without_ends

__all__ = ["RARE", "kept_words", "pruned"]

RARE = 5
"""A value in fewer rows is not named: it may be a person's."""


def kept_words(profile: Profile) -> dict[str, tuple[str, ...]]:
    """Of each categorical column the words that stand in 5 rows or more, in their order."""
    return {
        name: tuple(
            word
            for word, count in zip(column.shape.vocabulary, column.cells.tolist(), strict=False)
            if count >= RARE
        )
        for name, column in profile.columns.items()
        if column.shape.kind == "categorical"
    }


def pruned(profile: Profile, words: Mapping[str, tuple[str, ...]]) -> Profile:
    """The profile with these words alone, the others counted among the unlisted; no hash is left.

    Frequent values beside the grid are named from 5 rows on, and the range ends where a cell does.
    The words are given, so that profiles
    of batches keep the shape that their sum has.
    """
    return Profile(
        profile.rows,
        {name: _column(column, words.get(name)) for name, column in profile.columns.items()},
        {
            by: {value: pruned(part, words) for value, part in parts.items()}
            for by, parts in profile.segments.items()
        },
    )


def _column(column: ColumnProfile, words: tuple[str, ...] | None) -> ColumnProfile:
    frequent = {name: count for name, count in column.atoms.counts.items() if count >= RARE}
    told = Distinct(told=column.distinct.count)
    bare = replace(
        column,
        moments=without_ends(column),
        atoms=Atoms(frequent, column.atoms.missed),
        distinct=told,
    )
    if words is None or words == column.shape.vocabulary:
        return bare
    places = {word: place for place, word in enumerate(column.shape.vocabulary)}
    kept = column.cells[[places[word] for word in words]]
    cells = np.append(kept, column.cells.sum() - kept.sum())
    return replace(bare, shape=Shape("categorical", vocabulary=words), cells=cells)
