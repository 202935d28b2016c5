"""Quarantine files as a source: the rows that a replay runs again, as their first source gave them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from seawall.contracts import ChunkRef, Fragment, Rows, Span
from seawall.quarantine.kept import KeptRows
from seawall.quarantine.store import kept_rows

__all__ = ["Chosen", "QuarantineSource"]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which rows of a quarantine are meant: those that were read and left for `reason` (None: any).

    Those whose number in the batch is among `others` are not.
    """

    reason: str | None = None
    others: frozenset[int] = frozenset()

    def of(self, rows: KeptRows) -> list[bool]:
        """A mask of the rows that are meant."""
        told = rows.told.select(["row", "reason", "raw"]).to_pydict()
        return [
            raw is None and reason == (self.reason or reason) and row not in self.others
            for row, reason, raw in zip(told["row"], told["reason"], told["raw"], strict=True)
        ]


@dataclass(frozen=True, slots=True)
class QuarantineSource:
    """The chosen rows of these files, one chunk a file; rows keep their numbers in the batch."""

    files: tuple[Fragment, ...]
    chosen: Chosen

    def fragments(self) -> tuple[Fragment, ...]:
        """The quarantine files."""
        return self.files

    def schema(self, fragments: Sequence[Fragment]) -> pa.Schema:
        """The columns that the rows' first source gave, of all files."""
        schemas = [self._rows(fragment).given.schema for fragment in fragments]
        return pa.unify_schemas(schemas, promote_options="permissive")

    def decoded_bytes(self, fragments: Sequence[Fragment], columns: Sequence[str] | None) -> int:
        """What the files take."""
        del columns
        return sum(fragment.bytes for fragment in fragments)

    def chunks(self, fragments: Sequence[Fragment], rows: int) -> Iterator[ChunkRef]:
        """The chosen rows of each file that has some."""
        del rows
        number = 0
        for place, fragment in enumerate(fragments):
            numbers = self._chosen(fragment).told.column("row").to_pylist()
            if numbers:
                span = Span(place, 0, 0, 0, len(numbers))
                yield ChunkRef(number, numbers[0], len(numbers), (span,))
                number += 1

    def read(
        self, fragments: Sequence[Fragment], ref: ChunkRef, columns: Sequence[str] | None
    ) -> Rows:
        """The chunk's rows as they were read at first."""
        rows = self._of(fragments, ref)
        numbers = [number - ref.first_row for number in rows.told.column("row").to_pylist()]
        table = rows.given if columns is None else rows.given.select(list(columns))
        return Rows(table, numbers=tuple(numbers))

    def place(self, fragments: Sequence[Fragment], ref: ChunkRef, row: int) -> str:
        """Where the row's first source has it."""
        (place,) = self.places(fragments, ref, [row])
        return place

    def places(
        self, fragments: Sequence[Fragment], ref: ChunkRef, rows: Sequence[int]
    ) -> list[str]:
        """As `place`, for several rows."""
        told = self._of(fragments, ref).told
        numbers = told.column("row").to_numpy() - ref.first_row
        found = told.column("place").take(np.searchsorted(numbers, rows))
        return [str(place) for place in found.to_pylist()]

    def _of(self, fragments: Sequence[Fragment], ref: ChunkRef) -> KeptRows:
        (span,) = ref.spans
        return self._chosen(fragments[span.fragment])

    def _chosen(self, fragment: Fragment) -> KeptRows:
        rows = self._rows(fragment)
        return rows.only(self.chosen.of(rows))

    def _rows(self, fragment: Fragment) -> KeptRows:
        return kept_rows(Path(fragment.path))
