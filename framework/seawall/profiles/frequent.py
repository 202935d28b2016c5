"""How often a column has its values, counted exactly and in bounded memory, over any number of pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

__all__ = ["count_distinct", "count_labels", "more_frequent_than"]

_CELLS = 1 << 20
_SHIFT = np.uint64(64 - 20)

Read = Callable[[], Iterator[pa.ChunkedArray]]


def more_frequent_than(read: Read, rows: int) -> tuple[str, int] | None:
    """The most frequent value with its rows, if it has more than `rows`; nulls are no values.

    The values are read twice. The first time they are counted by 20 bits of their hash, in 8 MB: a
    value's cell counts at least its rows. The second time only values whose cell is above `rows` are
    counted one by one, which are few: at most one cell in `rows` of the batch can be.
    """
    cells = np.zeros(_CELLS, dtype=np.int64)
    for values in read():
        cells += np.bincount(_cells(values), minlength=_CELLS)
    hot = cells > rows
    if not hot.any():
        return None
    counted: dict[str, int] = {}
    for values in read():
        for value, count in _counts(values.drop_null().filter(pa.array(hot[_cells(values)]))):
            counted[value] = counted.get(value, 0) + count
    frequent = [(count, value) for value, count in counted.items() if count > rows]
    return None if not frequent else (max(frequent)[1], max(frequent)[0])


def count_distinct(read: Read, enough: int) -> int:
    """How many values there are, counted up to `enough`; a null is no value."""
    seen: set[str] = set()
    for values in read():
        seen.update(value for value, _ in _counts(values.drop_null()))
        if len(seen) >= enough:
            return enough
    return len(seen)


def count_labels(read: Read, labels: Iterable[str]) -> dict[str, int]:
    """How many rows have each of the labels, which are written as texts."""
    counted = dict.fromkeys(labels, 0)
    for values in read():
        kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
        for label in counted:
            wanted = _as(label, kind)
            if wanted is not None:
                counted[label] += pc.sum(pc.equal(values.cast(kind), wanted)).as_py() or 0
    return counted


def _as(label: str, kind: pa.DataType) -> pa.Scalar | None:
    """The label as the column would hold it; None where it cannot."""
    try:
        return pa.scalar(label, pa.string()).cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None


def _cells(values: pa.ChunkedArray) -> NDArray[np.int64]:
    """The cell of each value that is no null."""
    hashes = pd.util.hash_pandas_object(values.drop_null().to_pandas(), index=False).to_numpy()
    return (hashes.astype(np.uint64) >> _SHIFT).astype(np.int64)


def _counts(values: pa.ChunkedArray) -> Iterator[tuple[str, int]]:
    counts = pc.value_counts(values.combine_chunks())
    for entry in counts.to_pylist():
        yield str(entry["values"]), entry["counts"]
