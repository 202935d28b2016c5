"""The same rows in another dress: nothing of this is wrong, and every value is published as before."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from tests.broken.project import BATCH, loans, put
from tests.broken.spoil import Spoil, as_table, code, frame, rates, retyped, table, texts

__all__ = ["CONTROLS"]


def _zone(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(taken_at=rows["taken_at"].dt.tz_convert("Asia/Tokyo"))


def _not_applicable(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(memo=rows["memo"].fillna("NA"))


def _files(project: Path) -> None:
    """The rows in two files."""
    rows = as_table(loans())
    (project / "data" / BATCH / "loans.parquet").unlink()
    for name, part in (("a", rows.slice(0, 50)), ("b", rows.slice(50))):
        parquet.write_table(part, project / "data" / BATCH / f"{name}.parquet")


def _groups(project: Path) -> None:
    """One row group, compressed otherwise."""
    target = project / "data" / BATCH / "loans.parquet"
    parquet.write_table(as_table(loans()), target, compression="gzip")


def _lookup(text: str) -> Spoil:
    """The lookup's file is written otherwise."""
    write = rates(text)

    def spoil(project: Path) -> None:
        write(project)
        put(project, loans().assign(extra=1))

    return spoil


def _stage(before: str, after: str) -> Spoil:
    """The project's code is written otherwise."""
    edit = code(before, after)

    def spoil(project: Path) -> None:
        edit(project)
        put(project, loans().assign(extra=1))

    return spoil


RETURN = "    return frame.assign(burden="
CONTROLS: dict[str, Spoil] = {
    "columns in another order": frame(lambda rows: rows[rows.columns[::-1]]),
    "a column more": frame(lambda rows: rows.assign(extra="x")),
    "a column with a long name more": frame(lambda rows: rows.assign(**{"x" * 5_000: 1})),
    "wider whole numbers": retyped("terms", pa.int64()),
    "whole numbers with a point": retyped("terms", pa.float64()),
    "unsigned keys": retyped("id", pa.uint64()),
    "dictionaries": table(
        lambda rows: rows.set_column(3, "city", rows.column("city").dictionary_encode())
    ),
    "large text": retyped("memo", pa.large_string()),
    "text views": retyped("branch", pa.string_view()),
    "times in nanoseconds": retyped("taken_at", pa.timestamp("ns", "UTC")),
    "times in seconds": retyped("taken_at", pa.timestamp("s", "UTC")),
    "times of another zone": frame(_zone),
    "times as text": texts("taken_at", lambda time: time.isoformat()),
    "numbers as text": texts("amount", str),
    "large whole numbers as text": texts("account", str),
    "truth as text": texts("active", lambda value: str(value).lower()),
    "the declared mark of a null": frame(_not_applicable),
    "two files": _files,
    "other row groups": _groups,
    "the lookup's rows in another order": _lookup(
        "city,rate\nBonn,0.028\nOslo,0.042\nRome,0.031\n"
    ),
    "a column more in the lookup": _lookup(
        "x,city,rate\n1,Rome,0.031\n2,Oslo,0.042\n3,Bonn,0.028\n"
    ),
    "a stage that changes its input in place": _stage(RETURN, '    frame["extra2"] = 0\n' + RETURN),
    "a stage without room for many rows": _stage(
        RETURN, "    if len(frame) > 20:\n        raise MemoryError\n" + RETURN
    ),
}
