"""A few of the rows that were set aside, as people are shown them."""

from __future__ import annotations

import pyarrow as pa

from seawall.contracts import Example
from seawall.quarantine.kept import KeptRows
from seawall.quarantine.taking import rows_at, taken
from seawall.quarantine.texts import texts_of

__all__ = ["MOST", "examples"]

MOST = 3
"""Of each reason."""


def examples(rows: KeptRows | None, *, key: str) -> tuple[Example, ...]:
    """The first three rows of each reason, in the order of the batch; none of no rows."""
    if rows is None:
        return ()
    chosen: dict[str, list[int]] = {}
    for place, reason in enumerate(rows.told.column("reason").to_pylist()):
        first = chosen.setdefault(reason, [])
        if len(first) < MOST:
            first.append(place)
    places = [place for first in chosen.values() for place in first]
    keys = _keys(rows, places, key)
    told = rows_at(rows.told, places).to_pylist()
    return tuple(_example(row, key) for row, key in zip(told, keys, strict=True))


def _keys(rows: KeptRows, places: list[int], key: str) -> list[str | None]:
    """The rows' keys as text; without the column, None."""
    if key not in rows.given.column_names:
        return [None] * len(places)
    return texts_of(taken(rows.given.column(key), pa.array(places, pa.int64())))


def _example(row: dict[str, str | None], key: str | None) -> Example:
    """The value of a row on which something was raised is what was raised; of an unread record, its text."""
    return Example(
        stage=row["stage"] or "",
        reason=row["reason"] or "",
        column=row["column"] or "",
        key=key or "",
        value=row["note"] or row["raw"] or row["value"] or "",
        place=f"{row['place']}, row {row['row']:,} of the batch",
    )
