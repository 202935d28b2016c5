"""A few rows of a batch, as a batch of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from seawall.contracts import ChunkedSource, ChunkRef, Fragment, Rows
from seawall.plan import Plan

__all__ = ["Sampled", "sampled"]

_CHUNKS = 3
"""A chunk is read whole, however few of its rows are wanted."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """A source that has these rows and no others; their places are those of the source behind it."""

    rows: pa.Table
    behind: ChunkedSource

    def fragments(self) -> tuple[Fragment, ...]:
        """The files of the source behind."""
        return self.behind.fragments()

    def schema(self, fragments: Sequence[Fragment]) -> pa.Schema:
        """The names and types of the source behind."""
        return self.behind.schema(fragments)

    def decoded_bytes(self, fragments: Sequence[Fragment], columns: Sequence[str] | None) -> int:
        """What the rows take."""
        del fragments, columns
        return int(self.rows.nbytes)

    def chunks(self, fragments: Sequence[Fragment], rows: int) -> Iterator[ChunkRef]:
        """The rows in one chunk."""
        del fragments, rows
        yield ChunkRef(0, 0, self.rows.num_rows, ())

    def read(
        self, fragments: Sequence[Fragment], ref: ChunkRef, columns: Sequence[str] | None
    ) -> Rows:
        """The rows."""
        del fragments, ref
        return Rows(self.rows if columns is None else self.rows.select(list(columns)))

    def place(self, fragments: Sequence[Fragment], ref: ChunkRef, row: int) -> str:
        """Somewhere in the sample."""
        del fragments, ref
        return f"the sample, row {row:,}"

    def places(
        self, fragments: Sequence[Fragment], ref: ChunkRef, rows: Sequence[int]
    ) -> list[str]:
        """Somewhere in the sample."""
        return [self.place(fragments, ref, row) for row in rows]


def sampled(plan: Plan, rows: int) -> Plan:
    """The plan of a batch of so many rows, taken evenly from three chunks far from each other, or more."""
    needed = -(-rows * len(plan.chunks) // max(plan.rows, 1))
    count = min(max(_CHUNKS, needed), len(plan.chunks))
    places = np.linspace(0, len(plan.chunks) - 1, count).round()
    chosen = [plan.chunks[int(place)] for place in dict.fromkeys(places)]
    share = -(-rows // len(chosen))
    tables = [_some(plan, ref, share) for ref in chosen]
    table = pa.concat_tables(tables, promote_options="permissive").slice(0, rows)
    ref = ChunkRef(0, 0, table.num_rows, chosen[0].spans)
    return replace(plan, source=Sampled(table, plan.source), chunks=(ref,), repeats=None)


def _some(plan: Plan, ref: ChunkRef, rows: int) -> pa.Table:
    table = plan.source.read(plan.fragments, ref, plan.columns).table
    count = min(rows, table.num_rows)
    return table.take(pa.array(np.linspace(0, table.num_rows - 1, count).astype(np.int64)))
