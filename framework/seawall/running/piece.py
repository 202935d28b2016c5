"""A stretch of a chunk, as a chunk of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from seawall.contracts import ChunkedSource, ChunkRef, Fragment, Refused, Rows
from seawall.plan import Plan

__all__ = ["Piece", "in_pieces", "piece_of"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A source that reads stretches of `whole`, a chunk of the source behind it; rows keep their places."""

    behind: ChunkedSource
    whole: ChunkRef

    def fragments(self) -> tuple[Fragment, ...]:
        """The files of the source behind."""
        return self.behind.fragments()

    def schema(self, fragments: Sequence[Fragment]) -> pa.Schema:
        """The names and types of the source behind."""
        return self.behind.schema(fragments)

    def decoded_bytes(self, fragments: Sequence[Fragment], columns: Sequence[str] | None) -> int:
        """What the files take."""
        return self.behind.decoded_bytes(fragments, columns)

    def chunks(self, fragments: Sequence[Fragment], rows: int) -> Iterator[ChunkRef]:
        """The whole chunk, as one."""
        del fragments, rows
        yield self.whole

    def read(
        self, fragments: Sequence[Fragment], ref: ChunkRef, columns: Sequence[str] | None
    ) -> Rows:
        """The stretch's rows: the chunk is read whole, which takes less than what is made of it."""
        rows = self.behind.read(fragments, self.whole, columns)
        start = ref.first_row - self.whole.first_row
        readable = np.ones(self.whole.rows, dtype=bool)
        for entry in rows.refused:
            readable[entry.row : entry.row + entry.rows] = False
        before = int(np.count_nonzero(readable[:start]))
        count = int(np.count_nonzero(readable[start : start + ref.rows]))
        refused = (_within(entry, start, ref.rows) for entry in rows.refused)
        return Rows(rows.table.slice(before, count), tuple(entry for entry in refused if entry))

    def place(self, fragments: Sequence[Fragment], ref: ChunkRef, row: int) -> str:
        """Where the source behind has the row."""
        (place,) = self.places(fragments, ref, [row])
        return place

    def places(
        self, fragments: Sequence[Fragment], ref: ChunkRef, rows: Sequence[int]
    ) -> Sequence[str]:
        """As `place`, for several rows."""
        start = ref.first_row - self.whole.first_row
        return self.behind.places(fragments, self.whole, [start + row for row in rows])


def in_pieces(plan: Plan, ref: ChunkRef) -> Plan:
    """The plan, of which stretches of this chunk can be scored; the batch is as long as it was."""
    return replace(plan, source=Piece(plan.source, ref))


def piece_of(ref: ChunkRef, start: int, stop: int) -> ChunkRef:
    """The chunk's rows from `start` up to `stop`, counted from its first one."""
    return replace(ref, first_row=ref.first_row + start, rows=stop - start)


def _within(entry: Refused, start: int, rows: int) -> Refused | None:
    """What the stretch has of the entry, None where that is nothing."""
    first, last = max(entry.row, start), min(entry.row + entry.rows, start + rows)
    return replace(entry, row=first - start, rows=last - first) if first < last else None
