"""From a column of any type to its words, each with its rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

__all__ = ["Tally", "tally"]


@dataclass(frozen=True, slots=True)
class Tally:
    """The words of a column, each once, with the rows of each, and how many rows have none."""

    words: pa.Array
    counts: NDArray[np.int64]
    nulls: int


def tally(values: pd.Series[Any]) -> Tally:
    """Every value as a word: texts as they are, true and false, anything else as Python writes it.

    An object that cannot be written is counted by its type's name.
    """
    kind = values.dtype
    if isinstance(kind, pd.CategoricalDtype):
        return _of_categories(values)
    if pd.api.types.is_bool_dtype(kind) and isinstance(kind, np.dtype):
        true = int(np.count_nonzero(values.to_numpy()))
        return _counted(Counter({"false": len(values) - true, "true": true}), 0)
    if isinstance(kind, pd.StringDtype):
        return _of_texts(pa.array(values.array))
    if isinstance(kind, pd.ArrowDtype) and _is_text(kind.pyarrow_dtype):
        return _of_texts(pa.array(values.array))
    missing = values.isna().to_numpy()
    there = (value for value, null in zip(values, missing, strict=True) if not null)
    return _counted(Counter(map(_word, there)), int(missing.sum()))


def _of_texts(column: pa.Array | pa.ChunkedArray) -> Tally:
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    counted = pc.value_counts(whole.drop_null())
    words, counts = counted.field("values"), counted.field("counts")
    return Tally(words.cast(pa.large_string()), counts.to_numpy(), whole.null_count)


def _of_categories(values: pd.Series[Any]) -> Tally:
    """Counts by category code; a null has the code −1."""
    codes = values.cat.codes.to_numpy().astype(np.int64)
    counts = np.bincount(codes + 1, minlength=len(values.cat.categories) + 1)
    words: Counter[str] = Counter()
    for category, count in zip(values.cat.categories, counts[1:].tolist(), strict=True):
        words[_word(category)] += count
    return _counted(words, int(counts[0]))


def _counted(words: Counter[str], nulls: int) -> Tally:
    there = {word: count for word, count in words.items() if count}
    texts = pa.array(there, pa.large_string())
    return Tally(texts, np.fromiter(there.values(), np.int64, count=len(there)), nulls)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _word(value: object) -> str:
    """The value's text; what has none that can be stored goes by its type."""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    try:
        text = str(value)
        text.encode()
    except Exception:  # noqa: BLE001 - the border of a foreign object
        return f"a {type(value).__name__} without a text"
    return text
