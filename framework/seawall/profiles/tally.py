"""From a column of any type to its words, each with its rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeGuard

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from seawall.profiles.decoded import decoded
from seawall.profiles.nulls import nulls_of

__all__ = ["Tally", "Worded", "tally", "word_of", "worded"]

_LARGEST = 2**64


@dataclass(frozen=True, slots=True)
class Worded:
    """A column's different words, and for each row which of them it has; −1 is a null."""

    words: pa.Array
    places: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tally:
    """The words of a column, each once, with the rows of each, and how many rows have none."""

    words: pa.Array
    counts: NDArray[np.int64]
    nulls: int


def tally(values: pd.Series[Any]) -> Tally:
    """How many rows have each of the column's words."""
    found = worded(values)
    counts = np.bincount(found.places + 1, minlength=len(found.words) + 1)
    there = counts[1:] > 0  # a type may have categories that no row has
    if there.all():
        return Tally(found.words, counts[1:], int(counts[0]))
    return Tally(found.words.filter(pa.array(there)), counts[1:][there], int(counts[0]))


def worded(values: pd.Series[Any]) -> Worded:
    """Every value as a word (see word_of)."""
    values = decoded(values)
    kind = values.dtype
    if isinstance(kind, pd.CategoricalDtype):
        return _of_places(values.cat.codes.to_numpy(), values.cat.categories)
    if isinstance(kind, pd.StringDtype) or _is_text(kind):
        return _of_texts(pa.array(values.array))
    if isinstance(kind, np.dtype) and kind.kind in "biuf":
        return _of_places(*pd.factorize(values.to_numpy()))
    missing = nulls_of(values)
    places = np.where(missing, -1, np.cumsum(~missing) - 1)
    try:
        return _of_places(places, values[~missing])
    except OverflowError:  # Arrow's times reach further than Python's
        return _of_texts(pa.array(values.array).cast(pa.string()))


def _of_texts(column: pa.Array | pa.ChunkedArray) -> Worded:
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    encoded = whole.dictionary_encode()
    places = encoded.indices.fill_null(-1).to_numpy().astype(np.int64)
    return Worded(encoded.dictionary.cast(pa.large_string()), places)


def _of_places(places: NDArray[Any], values: Iterable[Any]) -> Worded:
    """Rows that have one of these values by its place; values that are written alike are one word."""
    words = pa.array(map(word_of, values), pa.large_string()).dictionary_encode()
    behind = np.append(words.indices.to_numpy(), -1)  # the place −1
    return Worded(words.dictionary, behind[places].astype(np.int64))


def _is_text(kind: Any) -> bool:
    if not isinstance(kind, pd.ArrowDtype):
        return False
    stored = kind.pyarrow_dtype
    return bool(pa.types.is_string(stored) or pa.types.is_large_string(stored))


def word_of(value: object) -> str:
    """Texts as they are, true and false, anything else as Python writes it; an integral 4.0 as 4.

    A single null makes floats of a column of integers, and a code is the same code for all that.
    What has no text that can be stored goes by its type.
    """
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    try:
        text = str(int(value) if _is_integral(value) else value)
        text.encode()
    except Exception:  # noqa: BLE001 - the border of a foreign object
        return f"a {type(value).__name__} without a text"
    return text


def _is_integral(value: object) -> TypeGuard[float | Decimal]:
    """Whether it is a whole number of a type that has fractions, too, and 64 bits hold it."""
    if not isinstance(value, float | np.floating | Decimal):
        return False
    return bool(-_LARGEST <= value <= _LARGEST and value == int(value))
