"""Columns that cannot be compared, because the reference counts them otherwise, or not at all."""

from __future__ import annotations

from seawall.drift.values import Outcome
from seawall.profiles import ColumnProfile

__all__ = ["uncounted"]


def uncounted(
    name: str, reference: ColumnProfile | None, batch: ColumnProfile, rule: str
) -> Outcome | None:
    """Why the column is uncalibrated; None where both sides are counted by the same shape, and have rows."""
    if reference is not None and reference.shape == batch.shape and reference.rows:
        return None
    allowed = "a reference that counts the column by the same grid or words"
    if reference is None:
        seen = "a column that the reference does not have"
    elif reference.shape != batch.shape:
        seen = f"counted as {batch.shape}, and in the reference as {reference.shape}"
    else:
        seen, allowed = "a reference without rows", "one that has some"
    return Outcome(name, "uncalibrated", "distance", seen, allowed, {"rule": rule})
