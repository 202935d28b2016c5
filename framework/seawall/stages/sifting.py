"""Rows that leave a chunk: which, in which stage, for which reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from seawall.contracts import Refused
from seawall.quarantine import MOST, SetAside
from seawall.stages.allowance import Allowance

__all__ = ["Sieve"]

_NONE_MAY_LEAVE = Allowance()


def _somewhere(number: int) -> str:
    return f"row {number:,} of the batch"


@dataclass(slots=True)
class Sieve:
    """The rows that stay, and a note of every row that left.

    `original` has the rows as the source gave them, `numbers` their numbers in the batch. `key` is
    the column that traces a row, `place` tells where the source has the row of a number, `allowance`
    how many may leave. `doubtful` are a few of the rows that stay although a test warned of them.
    """

    frame: pd.DataFrame
    original: pa.Table | None = None
    numbers: pd.Index[Any] = field(default_factory=lambda: pd.RangeIndex(0))
    key: str = ""
    place: Callable[[int], str] = _somewhere
    allowance: Allowance = _NONE_MAY_LEAVE
    filtered: dict[str, int] = field(default_factory=dict)
    aside: list[SetAside] = field(default_factory=list)
    doubtful: list[SetAside] = field(default_factory=list)

    def drop(self, stays: NDArray[np.bool_], name: str) -> None:
        """Rows that don't belong to the job left; they are counted by the filter's name."""
        gone = len(stays) - int(np.count_nonzero(stays))
        self.filtered[name] = self.filtered.get(name, 0) + gone
        if gone:
            self.frame = self.frame[stays]

    def set_aside(
        self,
        bad: NDArray[np.bool_],
        stage: str,
        reason: str,
        column: str = "",
        **more: Any,
    ) -> None:
        """Bad rows left for quarantine, with their reason, and with what else SetAside has of them."""
        if bad.any():
            self.aside.append(SetAside(self.frame[bad], stage, reason, column, **more))
            self.frame = self.frame[~bad]

    def show(
        self,
        bad: NDArray[np.bool_],
        stage: str,
        reason: str,
        column: str = "",
        **more: Any,
    ) -> None:
        """The first of the rows that a test only warns of are noted as examples; all of them stay."""
        first = np.flatnonzero(bad)[:MOST]
        if len(first):
            self.doubtful.append(SetAside(self.frame.iloc[first], stage, reason, column, **more))

    def refuse(self, refused: Sequence[Refused], first_row: int) -> None:
        """Records that were never in the frame are in quarantine, with what is known of them."""
        for entry in refused:
            start = first_row + entry.row
            rows = pd.DataFrame(index=pd.RangeIndex(start, start + entry.rows))
            aside = SetAside(rows, "ingest", entry.reason, place=entry.place, raw=entry.raw)
            self.aside.append(aside)

    def leave_out(
        self, numbers: pd.Index[Any], reason: str, column: str, notes: Sequence[str] = ()
    ) -> None:
        """Rows that never were in the frame, since a value has no type, are in quarantine."""
        rows = pd.DataFrame(index=numbers)
        self.aside.append(SetAside(rows, "ingest", reason, column, notes=notes))

    @property
    def left(self) -> int:
        """How many more rows may leave at best."""
        quarantined = sum(len(entry.rows) for entry in self.aside)
        return self.allowance.left(filtered=sum(self.filtered.values()), quarantined=quarantined)

    @property
    def quarantined(self) -> dict[str, int]:
        """How many rows left for quarantine, by reason."""
        counts: dict[str, int] = {}
        for entry in self.aside:
            counts[entry.reason] = counts.get(entry.reason, 0) + len(entry.rows)
        return counts
