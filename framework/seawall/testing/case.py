"""A source under test: how it is made, what it is asked, and what it answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import pandas as pd
import pyarrow as pa

from seawall.contracts import Request, Source

__all__ = ["Case", "Piece", "as_table", "names_of", "pieces_of", "same_rows", "together"]

Piece: TypeAlias = pa.Table | pd.DataFrame


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
        return together(self.asked(request))

    def asked(self, request: Request | None = None) -> Iterator[Any]:
        """The pieces, from a source made anew."""
        return pieces_of(self.make(), request or self.request)


def pieces_of(source: Source, request: Request) -> Iterator[Any]:
    """What the source answers with, as a run takes it: a single table is one piece."""
    answered: Any = source.tables(request)
    if isinstance(answered, Piece):
        return iter([answered])
    if not isinstance(answered, Iterator | list | tuple):
        kind = type(answered).__name__
        raise TypeError(f"its tables are a {kind}, neither a table nor an iterator of tables")
    return iter(answered)


def names_of(piece: Piece) -> list[str]:
    """The piece's columns, also where it cannot be made a table."""
    return piece.column_names if isinstance(piece, pa.Table) else [str(name) for name in piece]


def as_table(piece: Piece) -> pa.Table:
    """The piece without an index and without a library's notes."""
    if isinstance(piece, pd.DataFrame):
        piece = pa.Table.from_pandas(piece, preserve_index=False)
    return piece.replace_schema_metadata(None)


def together(pieces: Iterable[Piece]) -> pa.Table:
    """The pieces as one table; without any, a table without columns."""
    tables = [as_table(piece) for piece in pieces]
    return pa.concat_tables(tables, promote_options="permissive") if tables else pa.table({})


def same_rows(one: pa.Table, other: pa.Table) -> bool:
    """Whether both have the same columns and values in the same order; NaN is NaN."""
    if one.column_names != other.column_names or one.num_rows != other.num_rows:
        return False
    return bool(one.to_pandas().equals(other.to_pandas()))
