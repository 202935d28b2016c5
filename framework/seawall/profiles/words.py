"""A column of words, counted by a vocabulary."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from seawall.profiles.atoms import atoms_of, least
from seawall.profiles.column import ColumnProfile
from seawall.profiles.distinct import distinct_of
from seawall.profiles.hashing import hash_words
from seawall.profiles.moments import Moments
from seawall.profiles.shape import Shape
from seawall.profiles.tally import tally

__all__ = ["of_words"]


def of_words(values: pd.Series[Any], shape: Shape) -> ColumnProfile:
    """The column's profile: each word of the vocabulary, and together what is none of them."""
    found = tally(values)
    vocabulary = pa.array(shape.vocabulary, pa.large_string())
    listed = pc.index_in(found.words, value_set=vocabulary)
    cells = listed.fill_null(len(shape.vocabulary)).to_numpy()
    unlisted = (cells == len(shape.vocabulary)) & (found.counts >= least(len(values)))
    named = found.words.filter(pa.array(unlisted)).to_pylist()
    return ColumnProfile(
        shape=shape,
        rows=len(values),
        nulls=found.nulls,
        nans=0,
        minus_infinities=0,
        plus_infinities=0,
        moments=Moments(),
        cells=_summed(cells, found.counts, shape.cells),
        atoms=atoms_of(zip(named, found.counts[unlisted].tolist(), strict=True), len(values)),
        distinct=distinct_of(hash_words(found.words)),
    )


def _summed(
    cells: np.ndarray[Any, Any], counts: np.ndarray[Any, Any], size: int
) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The sum of the counts of each cell, as integers: weights of bincount would be floats."""
    total = np.zeros(size, dtype=np.int64)
    np.add.at(total, cells, counts)
    return total
