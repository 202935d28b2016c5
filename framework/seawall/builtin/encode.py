"""Categories as numbers, by a declared vocabulary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from seawall.builtin.dtypes import held
from seawall.contracts import StageDeclaration
from seawall.shown import listed

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["OneHot", "Ordinal"]

_SHOWN = 60


class OneHot:
    """For each value of the vocabulary a column `<prefix><value>`: 1 in the rows that have it, else 0.

    A null has 0 in all of them. `unseen` says what becomes of a value that is not in the vocabulary:
    `zeros` like a null, `other` a 1 in a last column `<prefix>other`, `error` a ValueError, which
    sends its row to quarantine. `prefix` is the column's name and `_` unless given.
    """

    def __init__(
        self,
        *,
        column: str,
        vocabulary: list[str | int | bool],
        unseen: Literal["zeros", "other", "error"] = "zeros",
        prefix: str | None = None,
        dtype: Literal["int8", "float32", "float64"] = "int8",
    ) -> None:
        self._column, self._vocabulary, self._unseen = column, _distinct(vocabulary), unseen
        self._dtype = np.dtype(dtype)
        start = f"{column}_" if prefix is None else prefix
        last = ["other"] if unseen == "other" else []
        self._names = [f"{start}{value}" for value in [*vocabulary, *last]]
        if len(set(self._names)) < len(self._names):
            raise ValueError(f"two columns would be called alike: {listed(self._names)}")
        self.__seawall__ = StageDeclaration(needs=(column,), adds=tuple(self._names))

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame with a column for each value of the vocabulary."""
        places, known = _places(frame[self._column], self._vocabulary)
        unseen = ~known & frame[self._column].notna().to_numpy()
        if self._unseen == "error":
            _refuse(frame[self._column], unseen, self._vocabulary)
        elif self._unseen == "other":
            places = np.where(unseen, len(self._vocabulary), places)
        columns = {
            name: (places == place).astype(self._dtype) for place, name in enumerate(self._names)
        }
        return frame.assign(**columns)


class Ordinal:
    """`into` has each value's place in the vocabulary, from 0, as int64; `<column>_code` unless given.

    `unknown` is the code of a value that is not in the vocabulary, `null` that of a null (`unknown`
    unless given); `error` is a ValueError, which sends the row to quarantine.
    """

    def __init__(
        self,
        *,
        column: str,
        vocabulary: list[str | int | bool],
        unknown: int | Literal["error"] = "error",
        null: int | Literal["error"] | None = None,
        into: str | None = None,
    ) -> None:
        self._column, self._vocabulary = column, _distinct(vocabulary)
        self._unknown, self._null = unknown, unknown if null is None else null
        self._into = f"{column}_code" if into is None else into
        own = self._into == column
        self.__seawall__ = StageDeclaration(
            needs=(column,), adds=() if own else (self._into,), changes=(column,) if own else ()
        )

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame with the codes."""
        values = frame[self._column]
        places, known = _places(values, self._vocabulary)
        nulls = values.isna().to_numpy()
        codes = _coded(places, (values, ~known & ~nulls), self._unknown, self._vocabulary)
        codes = _coded(codes, (values, nulls), self._null, self._vocabulary)
        return frame.assign(**{self._into: codes})


def _distinct(vocabulary: list[str | int | bool]) -> list[str | int | bool]:
    if not vocabulary:
        raise ValueError("the vocabulary is empty")
    if len({type(value) for value in vocabulary}) > 1:
        raise ValueError("the vocabulary has values of several types")
    twice = {value for value in vocabulary if vocabulary.count(value) > 1}
    if twice:
        raise ValueError(f"the vocabulary has {', '.join(map(repr, twice))} twice")
    return vocabulary


def _places(
    values: pd.Series[Any], vocabulary: Sequence[Any]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Each row's place in the vocabulary, and whether it has one; −1 where not."""
    import pandas as pd

    index = pd.Index(held(values, vocabulary))
    if isinstance(values.dtype, pd.CategoricalDtype):
        known = np.append(index.get_indexer(values.cat.categories), -1)
        places = known[values.cat.codes.to_numpy()]
    else:
        places = index.get_indexer(pd.Index(values))
    return places.astype(np.int64), places >= 0


def _coded(
    codes: NDArray[np.int64],
    which: tuple[pd.Series[Any], NDArray[np.bool_]],
    code: int | Literal["error"],
    vocabulary: Sequence[Any],
) -> NDArray[np.int64]:
    values, rows = which
    if code == "error":
        _refuse(values, rows, vocabulary)
        return codes
    return np.where(rows, code, codes)


def _refuse(values: pd.Series[Any], rows: NDArray[np.bool_], vocabulary: Sequence[Any]) -> None:
    """No row has a value outside of the vocabulary."""
    if rows.any():
        seen = repr(values[rows].iloc[:1].tolist()[0])[:_SHOWN]
        known = ", ".join(map(repr, vocabulary))[:_SHOWN]
        raise ValueError(f"{values.name}: {seen} is not in the vocabulary {known}")
