"""A source under test: how it is made, what it is asked, and what it answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import pyarrow as pa

from seawall.contracts import Request, Source

__all__ = ["Case", "as_table", "same_rows", "together"]


@dataclass(frozen=True, slots=True)
class Case:
    """What the laws are tried on; `pieces` is the first reading, piece by piece."""

    make: Callable[[], Source]
    request: Request
    pieces: tuple[Any, ...]
    expected_rows: int | None
    key: str | None
    piece_rows: int

    @property
    def table(self) -> pa.Table:
        """All rows of the first reading."""
        return together(self.pieces)

    def asking(self, *columns: str) -> Request:
        """The request, for these columns."""
        return replace(self.request, columns=columns)

    def read(self, request: Request | None = None) -> pa.Table:
        """All rows, from a source made anew."""
        return together(self.make().tables(request or self.request))


def as_table(piece: pa.Table | pd.DataFrame) -> pa.Table:
    """The piece without an index and without a library's notes."""
    if isinstance(piece, pd.DataFrame):
        piece = pa.Table.from_pandas(piece, preserve_index=False)
    return piece.replace_schema_metadata(None)


def together(pieces: Iterable[pa.Table | pd.DataFrame]) -> pa.Table:
    """The pieces as one table; without any, a table without columns."""
    tables = [as_table(piece) for piece in pieces]
    return pa.concat_tables(tables, promote_options="permissive") if tables else pa.table({})


def same_rows(one: pa.Table, other: pa.Table) -> bool:
    """Whether both have the same columns and values in the same order; NaN is NaN."""
    if one.column_names != other.column_names or one.num_rows != other.num_rows:
        return False
    return bool(one.to_pandas().equals(other.to_pandas()))
