"""What a recorded column is like, as far as a proposal for the pipeline file needs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Measured", "measured"]

_STEPS = (0.05, 0.10, 0.20, 0.30, 0.50, 0.75)


@dataclass(frozen=True, slots=True)
class Measured:
    """The share of nulls, and the extremes of a column of numbers; 0 where it has none."""

    null_share: float
    lowest: float = 0.0
    highest: float = 0.0

    @property
    def null_share_above(self) -> str:
        """A round share of at least twice the recorded one, at least 5 %: `20%`."""
        step = next((step for step in _STEPS if step >= 2 * self.null_share), 0.95)
        return f"{step:.0%}"


def measured(table: pa.Table, column: str) -> Measured:
    """The column's figures."""
    import pyarrow.compute as pc

    from seawall.drills.spoil import is_number

    values = table[column]
    share = values.null_count / max(len(values), 1)
    if not is_number(values.type) or values.null_count == len(values):
        return Measured(share)
    ends = pc.min_max(values).as_py()
    return Measured(share, float(ends["min"]), float(ends["max"]))
