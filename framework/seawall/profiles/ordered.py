"""A column of numbers, counted by a grid."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seawall.profiles.atoms import MOST_ATOMS, Atoms, atoms_of, least
from seawall.profiles.blocks import blocks
from seawall.profiles.column import ColumnProfile
from seawall.profiles.distinct import Distinct, distinct_of
from seawall.profiles.hashing import Hashes, hash_numbers, hash_words
from seawall.profiles.lattice import cells_of, lattice_of
from seawall.profiles.moments import moments_of
from seawall.profiles.numeric import numbers_of, texts_of
from seawall.profiles.repeats import Repeats, repeats_of
from seawall.profiles.shape import Shape
from seawall.profiles.tails import tail_of

__all__ = ["of_numbers"]

Floats = NDArray[np.float64]
Tail = dict[int, int]


def of_numbers(values: pd.Series[Any], shape: Shape) -> ColumnProfile:
    """The column's profile: every finite number in its cell, its tail, and the moments."""
    found = numbers_of(values, shape.kind)
    finite, infinite, nans = _sorted_out(found.floats)
    counts, off = _on_grid(finite, shape)
    frequent = repeats_of(off, least(len(values)))
    below, above = _tails(off, counts, shape)
    return ColumnProfile(
        shape=shape,
        rows=len(values),
        nulls=found.nulls,
        nans=nans - found.nulls - found.other,
        minus_infinities=int((infinite < 0).sum()),
        plus_infinities=int((infinite > 0).sum()),
        moments=moments_of(finite),
        cells=counts,
        below=below,
        above=above,
        atoms=_atoms(frequent, len(values)),
        distinct=_texts(values)
        if shape.kind == "text"
        else _distinct(frequent.hashes, counts, shape),
    )


def _texts(values: pd.Series[Any]) -> Distinct:
    return distinct_of(hash_words(texts_of(values)))


def _sorted_out(values: Floats) -> tuple[Floats, Floats, int]:
    """The finite values, the infinite ones, and how many are NaN."""
    with np.errstate(over="ignore", invalid="ignore"):
        total = values.sum()
    if np.isfinite(total):
        return values, values[:0], 0
    there = values.take(np.flatnonzero(~np.isnan(values)))
    finite = np.isfinite(there)
    return there[finite], there[~finite], len(values) - len(there)


def _on_grid(finite: Floats, shape: Shape) -> tuple[NDArray[np.int64], Floats]:
    """How many values each cell has, and the values that are no grid points."""
    if not shape.grid:
        return np.asarray([len(finite)], dtype=np.int64), finite
    lattice = lattice_of(shape.grid)
    counts = np.zeros(shape.cells, dtype=np.int64)
    between = np.empty(len(finite), dtype=np.bool_)
    for part in blocks(len(finite)):
        cells = cells_of(finite[part], lattice)
        counts += np.bincount(cells, minlength=shape.cells)
        between[part] = (cells & 1) == 0
    # An index is four times as quick as a mask whose turns cannot be foreseen.
    return counts, finite.take(np.flatnonzero(between)) if counts[1::2].any() else finite


def _tails(off: Floats, counts: NDArray[np.int64], shape: Shape) -> tuple[Tail, Tail]:
    """The values below and above the grid; without one the negative values, and the others."""
    low, high = shape.edges
    below, above = {}, {}
    with np.errstate(over="ignore"):  # counted in the last bucket
        if counts[0]:
            below = tail_of(low - off[off < low])
        if counts[-1]:
            above = tail_of(off[off > high if shape.grid else off >= high] - high)
    return below, above


def _atoms(frequent: Repeats, rows: int) -> Atoms:
    """The frequent ones of the values that are no grid points."""
    most = np.lexsort((frequent.kinds, -frequent.counts))[
        : MOST_ATOMS + 1
    ]  # the next tells what is missed
    names = map(repr, frequent.kinds[most].tolist())
    return atoms_of(zip(names, frequent.counts[most].tolist(), strict=True), rows)


def _distinct(hashes: Hashes, counts: NDArray[np.int64], shape: Shape) -> Distinct:
    """The different numbers: those off the grid, and the grid points that stand there."""
    points = np.asarray(shape.grid)[counts[1::2] > 0]
    return distinct_of(hashes) + distinct_of(hash_numbers(points))
