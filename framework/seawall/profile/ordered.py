"""A column of numbers, counted by a grid."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seawall.profile.atoms import Atoms, atoms_of, least
from seawall.profile.column import ColumnProfile
from seawall.profile.distinct import Distinct, distinct_of
from seawall.profile.hashing import hash_numbers, hash_words
from seawall.profile.lattice import cells_of, lattice_of
from seawall.profile.moments import moments_of
from seawall.profile.numeric import numbers_of, texts_of
from seawall.profile.shape import Shape
from seawall.profile.tails import tail_of

__all__ = ["of_numbers"]

Floats = NDArray[np.float64]


def of_numbers(values: pd.Series[Any], shape: Shape) -> ColumnProfile:
    """The column's profile: every finite number in its cell, its tail, and the moments."""
    found = numbers_of(values, shape.kind)
    finite, infinite, nans = _sorted_out(found.values)
    low, high = shape.edges
    cells = cells_of(finite, lattice_of(shape.grid)) if shape.grid else None
    counts = _counts(cells, len(finite), shape)
    off = _off_grid(finite, cells, counts)
    with np.errstate(over="ignore"):
        below, above = low - finite[finite < low], finite[_beyond(finite, shape)] - high
    return ColumnProfile(
        shape=shape,
        rows=len(values),
        nulls=found.nulls,
        nans=nans - found.nulls - found.other,
        minus_infinities=int((infinite < 0).sum()),
        plus_infinities=int((infinite > 0).sum()),
        moments=moments_of(finite),
        cells=counts,
        below=tail_of(below),
        above=tail_of(above),
        atoms=_atoms(off, len(values)),
        distinct=_distinct(values, shape, off, counts),
    )


def _sorted_out(values: Floats) -> tuple[Floats, Floats, int]:
    """The finite values, the infinite ones, and how many are NaN."""
    with np.errstate(over="ignore", invalid="ignore"):
        total = values.sum()
    if np.isfinite(total):
        return values, values[:0], 0
    there = values[~np.isnan(values)]
    finite = np.isfinite(there)
    return there[finite], there[~finite], len(values) - len(there)


def _counts(cells: NDArray[np.intp] | None, rows: int, shape: Shape) -> NDArray[np.int64]:
    if cells is None:
        return np.asarray([rows], dtype=np.int64)
    return np.bincount(cells, minlength=shape.cells)


def _off_grid(finite: Floats, cells: NDArray[np.intp] | None, counts: NDArray[np.int64]) -> Floats:
    """The values that are no grid points."""
    if cells is None or not counts[1::2].any():
        return finite
    return finite[(cells & 1) == 0]


def _beyond(finite: Floats, shape: Shape) -> NDArray[np.bool_]:
    """Whether a value lies above the grid; without one, whether it isn't negative."""
    return finite > shape.grid[-1] if shape.grid else finite >= 0


def _atoms(off: Floats, rows: int) -> Atoms:
    """The frequent ones of the values that are no grid points."""
    found, counts = np.unique(off, return_counts=True)
    frequent = counts >= least(rows)
    names = map(repr, (found[frequent] + 0.0).tolist())
    return atoms_of(zip(names, counts[frequent].tolist(), strict=True), rows)


def _distinct(
    values: pd.Series[Any], shape: Shape, off: Floats, counts: NDArray[np.int64]
) -> Distinct:
    """The different numbers, or of a text column the different texts."""
    if shape.kind == "text":
        return distinct_of(hash_words(texts_of(values)))
    points = np.asarray(shape.grid)[counts[1::2] > 0]
    return distinct_of(hash_numbers(np.concatenate([off, points])))
