"""Quarantined rows as a value: what the source gave, and why they left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import pyarrow as pa

from seawall.quarantine.taking import rows_at

__all__ = ["OWN", "KeptRows", "own_names"]

OWN = ("row", "stage", "reason", "column", "value", "note", "source", "place", "raw")
"""What is kept beside the source's columns."""


@dataclass(frozen=True, slots=True)
class KeptRows:
    """Rows in the order of the batch: `given` as the source gave them, `told` has the columns of OWN.

    What is given is null for records that could not be read; `raw` is null for all others.
    """

    given: pa.Table
    told: pa.Table

    def __len__(self) -> int:
        """How many rows there are."""
        return int(self.told.num_rows)

    def table(self) -> pa.Table:
        """Both side by side; the columns of OWN come last, with underscores in front."""
        names = [*self.given.column_names, *own_names(self.given.column_names)]
        return pa.table([*self.given.columns, *self.told.columns], names=names)

    @classmethod
    def of_table(cls, table: pa.Table) -> Self:
        """What `table` put side by side."""
        border = table.num_columns - len(OWN)
        told = table.select(list(range(border, table.num_columns)))
        return cls(table.select(list(range(border))), told.rename_columns(list(OWN)))

    def only(self, chosen: Sequence[bool]) -> Self:
        """The chosen rows."""
        places = [place for place, wanted in enumerate(chosen) if wanted]
        return type(self)(rows_at(self.given, places), rows_at(self.told, places))

    def reasons(self) -> dict[str, int]:
        """How many rows left for each reason."""
        counts = self.told.column("reason").value_counts().to_pylist()
        return {entry["values"]: entry["counts"] for entry in counts}


def own_names(given: Iterable[str]) -> list[str]:
    """OWN with as many underscores in front as keep them apart from the source's columns."""
    front, taken = "_", set(given)
    while any(front + name in taken for name in OWN):
        front += "_"
    return [front + name for name in OWN]
