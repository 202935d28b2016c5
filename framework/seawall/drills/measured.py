"""What a recorded column is like, as far as a proposal for the pipeline file needs it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Measured", "measured", "share_above"]

_STEPS = (0.05, 0.10, 0.20, 0.30, 0.50, 0.75)


@dataclass(frozen=True, slots=True)
class Measured:
    """The share of nulls, and the extremes of a column of numbers; 0 where it has none.

    `top_share` is how much of the rows the most frequent value has.
    """

    null_share: float
    top_share: float
    lowest: float = 0.0
    highest: float = 0.0

    @property
    def null_share_above(self) -> str:
        """A round share of at least twice the recorded one, at least 5 %: `20%`."""
        return share_above(2 * self.null_share)

    @property
    def room(self) -> tuple[float, float]:
        """A round interval with all values and as much room beyond them; one of shares stays one."""
        if self.lowest >= 0 and self.highest <= 1:
            return 0.0, 1.0
        span = self.highest - self.lowest or abs(self.highest)
        low = 0.0 if self.lowest >= 0 else _outward(self.lowest - span, math.floor)
        return low, _outward(self.highest + span, math.ceil)


def share_above(share: float) -> str:
    """A round share of at least this one, at least 5 %: `20%`."""
    return f"{next((step for step in _STEPS if step >= share), 0.95):.0%}"


def measured(table: pa.Table, column: str) -> Measured:
    """The column's figures."""
    import pyarrow.compute as pc

    from seawall.drills.spoil import is_number

    values = table[column]
    share, top = values.null_count / max(len(values), 1), _top_share(values)
    if not is_number(values.type) or values.null_count == len(values):
        return Measured(share, top)
    ends = pc.min_max(values).as_py()
    return Measured(share, top, float(ends["min"]), float(ends["max"]))


def _top_share(values: pa.ChunkedArray) -> float:
    counts = values.drop_null().value_counts().field("counts").to_pylist()
    return max(counts, default=0) / max(len(values), 1)


def _outward(value: float, rounded: Callable[[float], int]) -> float:
    """The value with one digit, no nearer to 0 than it was."""
    unit = 10.0 ** math.floor(math.log10(abs(value))) if value else 1.0
    return float(f"{rounded(value / unit) * unit:.12g}")
