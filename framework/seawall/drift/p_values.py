"""Every test of one column, by name."""

from __future__ import annotations

import numpy as np

from seawall.drift.categories import unlisted_before
from seawall.drift.counts import Counts, counted
from seawall.drift.distances import ks
from seawall.drift.homogeneity import categories_p
from seawall.drift.prominent import most_risen, risen_p
from seawall.drift.ranks import location_p, scale_p
from seawall.drift.shares import Share, change_p, rise_p
from seawall.drift.significance import ks_p
from seawall.profiles.column import ColumnProfile
from seawall.profiles.shape import WORDED

__all__ = ["p_values", "unlisted_p"]


def p_values(reference: ColumnProfile, batch: ColumnProfile) -> dict[str, float]:
    """How surprising the batch is by each test that its kind has; NaN where a side has nothing to test.

    `distance` (Kolmogorov–Smirnov, or chi² of words), `location` and `scale` (not of words), `null
    share`, `infinities` (not of words), `unlisted` and `top value`. Rows are taken for independent.
    ValueError when the shapes differ.
    """
    counts = counted(reference, batch)
    found = {
        "null share": change_p(_nulls(reference), _nulls(batch)),
        "unlisted": unlisted_p(reference, batch),
        "top value": risen_p(most_risen(reference, batch), batch.distinct.count),
    }
    if batch.shape.kind in WORDED:
        return {"distance": categories_p(counts), **found}
    infinite = Share(reference.infinities, reference.rows), Share(batch.infinities, batch.rows)
    return {
        "distance": ks_p(ks(counts)[0], counts.rows, counts.reference_rows),
        "location": location_p(counts),
        "scale": scale_p(counts),
        "infinities": change_p(*infinite),
        **found,
    }


def unlisted_p(reference: ColumnProfile, batch: ColumnProfile) -> float:
    """The probability of as many values, or more, that the vocabulary does not name, or beyond the grid.

    Fisher's exact test, one-sided. The ends of a grid may be the reference's own: both sides of it
    are tested by themselves, and the smaller p is doubled. NaN when a side has no values.
    """
    counts = counted(reference, batch)
    if batch.shape.kind in WORDED:
        return rise_p(unlisted_before(reference), Share(batch.unlisted, counts.rows))
    ends = (0, -1) if batch.shape.grid else ()
    sides = [_rise_in(reference, batch, cell, counts) for cell in ends]
    return float(min(1.0, 2 * np.min(sides))) if sides else float("nan")


def _rise_in(reference: ColumnProfile, batch: ColumnProfile, cell: int, counts: Counts) -> float:
    before = Share(int(reference.cells[cell]), counts.reference_rows)
    return rise_p(before, Share(int(batch.cells[cell]), counts.rows))


def _nulls(column: ColumnProfile) -> Share:
    return Share(column.nulls + column.nans, column.rows)
