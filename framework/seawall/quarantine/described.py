"""Rows that were set aside, as a table: what the source gave, and why they left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from seawall.quarantine.kept import OWN, KeptRows
from seawall.quarantine.set_aside import SetAside
from seawall.quarantine.taking import taken
from seawall.quarantine.texts import side_by_side, texts_of
from seawall.shown import part

__all__ = ["Origin", "described"]

_BEFORE_STAGES = {"ingest", "validate"}
"""Here a value that is refused is shown as the source gave it."""
_NOTE = 2_000


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a chunk's rows come from.

    `table` has the rows that could be read as the source gave them, `numbers` their numbers in the
    batch. `files` says at which number each file begins; `places` tells of numbers in rising order
    where the source has them.
    """

    table: pa.Table | None
    numbers: pd.Index[Any]
    files: Sequence[tuple[int, str]]
    places: Callable[[Sequence[int]], Sequence[str]]


def described(aside: Sequence[SetAside], origin: Origin) -> KeptRows | None:
    """The rows in the order of the batch, one each; None without any."""
    if not aside:
        return None
    told = _told(aside, origin)
    told = told.take(np.argsort(told.column("row").to_numpy(), kind="stable"))
    unread = told.column("raw").is_valid().to_numpy()
    return KeptRows(_given(origin, told.column("row").to_numpy(), unread), told)


def _told(aside: Sequence[SetAside], origin: Origin) -> pa.Table:
    """What OWN lists, entry by entry."""
    columns: dict[str, list[Any]] = {name: [] for name in OWN}
    for entry in aside:
        for name, values in _entry(entry, origin).items():
            columns[name].extend(values)
    types = [pa.int64() if name == "row" else pa.string() for name in OWN]
    arrays = [pa.array(columns[name], kind) for name, kind in zip(OWN, types, strict=True)]
    return pa.table(arrays, names=list(OWN))


def _entry(entry: SetAside, origin: Origin) -> dict[str, Sequence[Any]]:
    numbers, count = entry.rows.index.to_numpy(), len(entry.rows)
    unread = bool(entry.place)
    return {
        "row": numbers.tolist(),
        "stage": [entry.stage] * count,
        "reason": [entry.reason] * count,
        "column": [entry.column] * count,
        "value": _values(entry, origin),
        "note": [part(note, _NOTE) for note in entry.notes] or [None] * count,
        "source": _files(numbers, origin),
        "place": [entry.place] * count if unread else _places(numbers, origin),
        "raw": [entry.raw if unread else None] * count,
    }


def _values(entry: SetAside, origin: Origin) -> Sequence[str | None]:
    """The offending values as text; None where no column is to blame, or a value is null.

    Of several columns, each value stands behind its column's name.
    """
    if entry.column or not entry.looked_at:
        return texts_of(_of_column(entry.column, entry, origin))
    return side_by_side({name: _of_column(name, entry, origin) for name in entry.looked_at})


def _of_column(column: str, entry: SetAside, origin: Origin) -> Iterable[Any]:
    given = origin.table
    before = entry.stage in _BEFORE_STAGES
    if before and given is not None and column in given.column_names:
        places = origin.numbers.get_indexer(entry.rows.index)
        values: Iterable[Any] = taken(given.column(column), pa.array(places))
        return values
    return list(entry.rows.get(column, [None] * len(entry.rows)))


def _files(numbers: NDArray[np.int64], origin: Origin) -> list[str]:
    begins, paths = zip(*origin.files, strict=True)
    return [paths[n] for n in (np.searchsorted(begins, numbers, side="right") - 1).tolist()]


def _places(numbers: NDArray[np.int64], origin: Origin) -> list[str]:
    rising = np.unique(numbers)
    places = dict(zip(rising.tolist(), origin.places(rising.tolist()), strict=True))
    return [places[number] for number in numbers.tolist()]


def _given(origin: Origin, numbers: NDArray[np.int64], unread: NDArray[np.bool_]) -> pa.Table:
    """The source's columns of these rows."""
    if origin.table is None:
        return pa.table({})
    places = pa.array(origin.numbers.get_indexer(pd.Index(numbers)), pa.int64(), mask=unread)
    columns = [taken(values, places) for values in origin.table.columns]
    return pa.table(columns, names=origin.table.column_names)
