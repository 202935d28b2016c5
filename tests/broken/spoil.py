"""Ways to break a project: each changes one thing, and never the pipeline file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from tests.broken.project import BATCH, loans, put

__all__ = [
    "Spoil",
    "as_table",
    "cells",
    "code",
    "file_bytes",
    "frame",
    "model_bytes",
    "rates",
    "reference_bytes",
    "retyped",
    "table",
    "texts",
]

Spoil = Callable[[Path], None]


def frame(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Spoil:
    """The batch's rows, changed."""
    return lambda project: put(project, change(loans()))


def cells(column: str, value: Any, rows: Sequence[int] = (7,)) -> Spoil:
    """The column has this value in these rows, whatever type that makes it."""

    def change(rows_: pd.DataFrame) -> pd.DataFrame:
        values = rows_[column].tolist()
        for row in rows:
            values[row] = value
        dtype = rows_[column].dtype
        series = pd.Series(values)
        kept = pd.api.types.is_datetime64_any_dtype(dtype)
        return rows_.assign(**{column: series.astype(dtype) if kept else series})

    return frame(change)


def texts(
    column: str, write: Callable[[Any], str | None], rows: Sequence[int] | None = None
) -> Spoil:
    """The column came as text, written so; `rows` only, where the others are written plainly."""

    def change(rows_: pd.DataFrame) -> pd.DataFrame:
        values = [
            write(value) if rows is None or row in rows else str(value)
            for row, value in enumerate(rows_[column].tolist())
        ]
        return rows_.assign(**{column: pd.Series(values, dtype="str")})

    return frame(change)


def as_table(rows: pd.DataFrame) -> pa.Table:
    """The rows in Arrow."""
    return pa.Table.from_pandas(rows, preserve_index=False).replace_schema_metadata(None)


def table(change: Callable[[pa.Table], pa.Table]) -> Spoil:
    """The batch's rows as a table, changed."""
    return lambda project: put(project, change(as_table(loans())))


def retyped(column: str, kind: pa.DataType) -> Spoil:
    """The column came in another type of Arrow's, with the same values as far as they fit."""

    def change(rows: pa.Table) -> pa.Table:
        place = rows.column_names.index(column)
        return rows.set_column(place, column, rows.column(column).cast(kind, safe=False))

    return table(change)


def file_bytes(change: Callable[[bytes], bytes]) -> Spoil:
    """The bytes of the batch's file are damaged."""

    def spoil(project: Path) -> None:
        path = project / "data" / BATCH / "loans.parquet"
        path.write_bytes(change(path.read_bytes()))

    return spoil


def rates(text: str | None) -> Spoil:
    """The lookup's file has this text; None: it is gone."""

    def spoil(project: Path) -> None:
        put(project, loans().assign(amount=lambda rows: rows["amount"] + 0.01))
        path = project / "data" / "rates.csv"
        path.unlink() if text is None else path.write_text(text)

    return spoil


def code(before: str, after: str) -> Spoil:
    """The project's steps were edited."""

    def spoil(project: Path) -> None:
        path = project / "lending" / "steps.py"
        text = path.read_text()
        assert before in text
        path.write_text(text.replace(before, after))

    return spoil


def model_bytes(change: Callable[[Path], None]) -> Spoil:
    """Something happened to the model's file."""
    return lambda project: change(project / "models" / "risk.skops")


def reference_bytes(change: Callable[[Path], None]) -> Spoil:
    """Something happened to the reference's file, and the batch has something new to score."""

    def spoil(project: Path) -> None:
        change(project / "references" / "loans.json")
        put(project, loans().assign(amount=lambda rows: rows["amount"] + 0.01))

    return spoil
