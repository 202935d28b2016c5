"""Keys of one or several parts, each once, and where they stand."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt
from numpy.typing import NDArray

from seawall.lookups.fingerprints import Part, fingerprints, key_part, keyed, lanes, part, same

__all__ = ["DoubledKeysError", "Keys"]

Rows = NDArray[np.int64]
Numbered = Callable[[Sequence[Part], int], Rows]


class DoubledKeysError(ValueError):
    """A key stands in several rows; `rows` are those that come after its first."""

    def __init__(self, rows: Rows) -> None:
        super().__init__(rows)
        self.rows = rows


class Keys:
    """An index over rows of keys, found by their fingerprints and then compared part by part.

    A row with a null or NaN in its key has none. DoubledKeysError when another key has two rows.
    """

    def __init__(
        self, columns: Sequence[pa.ChunkedArray], numbered: Numbered = fingerprints
    ) -> None:
        self._fingerprints = numbered
        parts = [key_part(column) for column in columns]
        there = keyed(parts)
        self._rows = None if there.all() else np.flatnonzero(there)
        if self._rows is not None:
            parts = [values.take(pa.array(self._rows)) for values in parts]
        self._lanes = [lanes(values) for values in parts]
        self._parts = self._split(parts)
        self._index, self._seed = self._numbered()

    def rows(self, columns: Sequence[pa.ChunkedArray]) -> Rows:
        """For each of these keys its row, −1 where there is none."""
        values = [key_part(column) for column in columns]
        if len(values) == 1 and pt.is_dictionary(values[0].type):  # few keys for many rows
            found = self._found([values[0].dictionary])
            codes = pc.fill_null(values[0].indices, -1).to_numpy(zero_copy_only=False)
            rows: Rows = np.append(found, -1)[codes]
            return rows
        return self._found(values)

    def _found(self, values: Sequence[pa.Array]) -> Rows:
        there = keyed(values)
        if not there.any() or not len(self._index):
            return np.full(len(there), -1, dtype=np.int64)
        ours = self._split(values)
        numbers = pd.Index(self._fingerprints(ours, self._seed))
        found: Rows = np.asarray(self._index.get_indexer(numbers), dtype=np.int64)
        if self._lanes != [0]:  # a fingerprint of one number is the number itself
            there &= same(ours, self._parts, found)
        found = np.where(there, found, -1)
        return found if self._rows is None else np.where(found < 0, -1, self._rows[found])

    def _split(self, values: Sequence[pa.Array]) -> list[Part]:
        return [part(one, count) for one, count in zip(values, self._lanes, strict=True)]

    def _numbered(self) -> tuple[pd.Index[int], int]:
        """The fingerprints, each once, and the first seed with which different keys have different ones."""
        for seed in itertools.count(1):
            index = pd.Index(self._fingerprints(self._parts, seed))
            if index.is_unique:
                return index, seed
            self._refuse_doubles(index.to_numpy())
        raise AssertionError  # the seeds have no end

    def _refuse_doubles(self, numbers: NDArray[Any]) -> None:
        order = np.argsort(numbers, kind="stable")
        alike = np.flatnonzero(numbers[order][1:] == numbers[order][:-1])
        first, second = order[alike], order[alike + 1]
        equal = same([one.rows(second) for one in self._parts], self._parts, first)
        doubled = np.sort(second[equal])
        if len(doubled):
            raise DoubledKeysError(doubled if self._rows is None else self._rows[doubled])
