"""How many more rows of a batch may leave for quarantine."""

from __future__ import annotations

from dataclasses import dataclass

from seawall.config.judging import Quota
from seawall.gate.quota import most_rows

__all__ = ["Allowance"]


@dataclass(frozen=True, slots=True)
class Allowance:
    """The budget that the pipeline file declares, None for none, and how many rows the batch has."""

    quota: Quota | None = None
    batch_rows: int = 0

    @property
    def declared(self) -> bool:
        """Whether any row may leave."""
        return self.quota is not None

    def left(self, *, filtered: int, quarantined: int) -> int:
        """How many more rows may leave at best, when a chunk has lost so many already."""
        most, _ = most_rows(self.quota, self.batch_rows - filtered)
        return max(0, most - quarantined)
