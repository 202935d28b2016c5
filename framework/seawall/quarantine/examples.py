"""A few of the rows that were set aside, as people are shown them."""

from __future__ import annotations

from collections.abc import Collection

import pyarrow as pa
import pyarrow.types as pt

from seawall.contracts import Example
from seawall.quarantine.kept import KeptRows
from seawall.quarantine.taking import rows_at, taken
from seawall.quarantine.texts import texts_of
from seawall.shown import shown

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
    texts = {name for name in rows.given.column_names if _is_text(rows.given.column(name).type)}
    return tuple(_example(row, key, texts) for row, key in zip(told, keys, strict=True))


def _keys(rows: KeptRows, places: list[int], key: str) -> list[str | None]:
    """The rows' keys as text; without the column, None."""
    if key not in rows.given.column_names:
        return [None] * len(places)
    return texts_of(taken(rows.given.column(key), pa.array(places, pa.int64())))


def _is_text(type_: pa.DataType) -> bool:
    value_type = type_.value_type if pt.is_dictionary(type_) else type_
    return bool(pt.is_string(value_type) or pt.is_large_string(value_type))


def _example(row: dict[str, str | None], key: str | None, texts: Collection[str]) -> Example:
    """The value of a row on which something was raised is what was raised; of an unread record, its text.

    What the source gave as text stands in quotes.
    """
    value = row["value"]
    if value is not None and row["column"] in texts:
        value = shown(value)
    return Example(
        stage=row["stage"] or "",
        reason=row["reason"] or "",
        column=row["column"] or "",
        key=key or "",
        value=row["note"] or row["raw"] or value or "",
        place=f"{row['place']}, row {row['row']:,} of the batch",
    )
