"""What was seen of a column in one type: counts and extremes, in bounded memory."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt
from numpy.typing import NDArray

from seawall.conform import kind
from seawall.infer.shapes import Shapes

__all__ = ["NULL_WORDS", "Stats"]

NULL_WORDS = ("", "-", "?", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "none", "null")
"""Texts by which people mean that there is no value."""

_VALUES = 1_000
_KEYS = 1_000_000
"""How many distinct texts are counted, and how many values of a batch are held to be unique."""


@dataclass(slots=True)
class Stats:
    """A column over one or several batches.

    `values` counts texts, None when there are more than a thousand; `words` counts those that may
    mean null, however many others there are; `null_share` is that of the batch with most; `repeated` says that a value stood twice in a batch, None that nobody knows.
    """

    rows: int = 0
    nulls: int = 0
    infinite: int = 0
    low: Any = None
    high: Any = None
    longest: int = 0
    values: Counter[str] | None = field(default_factory=Counter)
    words: Counter[str] = field(default_factory=Counter)
    shapes: Shapes = field(default_factory=Shapes)
    blanks: int = 0
    null_share: float = 0.0
    repeated: bool | None = False
    _before: tuple[int, int] = (0, 0)
    _seen: NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, np.uint64))

    def add(self, values: pa.ChunkedArray) -> None:
        """The rows of a chunk of the batch are added."""
        there = values.drop_null()
        if pt.is_floating(there.type):
            there = there.filter(pc.invert(pc.is_nan(there)))
        self.rows, self.nulls = self.rows + len(values), self.nulls + len(values) - len(there)
        if kind(there.type) in {"int", "float", "timestamp"}:
            self._range(there)
        elif kind(there.type) == "text":
            there = there.cast(pa.string())
            self._texts(there)
        if kind(there.type) in {"int", "text"}:
            self._unique(there)

    def end_batch(self) -> None:
        """What follows is of another batch."""
        rows, nulls = self.rows - self._before[0], self.nulls - self._before[1]
        self.null_share = max(self.null_share, nulls / rows if rows else 0.0)
        self._before, self._seen = (self.rows, self.nulls), np.empty(0, np.uint64)

    @property
    def known(self) -> int:
        """How many rows have a value."""
        return self.rows - self.nulls

    def _range(self, there: pa.ChunkedArray) -> None:
        if pt.is_floating(there.type):
            finite = there.filter(pc.is_finite(there))
            self.infinite += len(there) - len(finite)
            there = finite
        if not len(there):
            return
        ends = pc.min_max(there)
        low, high = ends["min"], ends["max"]
        if pt.is_timestamp(there.type):
            self.low = str(low) if self.low is None else min(self.low, str(low))
            self.high = str(high) if self.high is None else max(self.high, str(high))
            return
        self.low = low.as_py() if self.low is None else min(self.low, low.as_py())
        self.high = high.as_py() if self.high is None else max(self.high, high.as_py())

    def _texts(self, there: pa.ChunkedArray) -> None:
        self.longest = max(self.longest, pc.max(pc.utf8_length(there)).as_py() or 0)
        self.shapes.add(there)
        meant = there.filter(pc.is_in(there, pa.array(NULL_WORDS)))
        self.words.update({e["values"]: e["counts"] for e in pc.value_counts(meant).to_pylist()})
        if self.values is None:
            return
        for entry in pc.value_counts(there).to_pylist():
            self.values[entry["values"]] += entry["counts"]
            if entry["values"] != entry["values"].strip():
                self.blanks += entry["counts"]
            if len(self.values) > _VALUES:
                self.values = None
                return

    def _unique(self, there: pa.ChunkedArray) -> None:
        """Whether a value stands twice in the batch, as far as a million of them can be remembered."""
        if self.repeated is not False:
            return
        hashed = pd.util.hash_array(there.to_pandas().to_numpy(), categorize=False)
        found = np.unique(np.concatenate([self._seen, hashed]))
        if len(found) < len(self._seen) + len(hashed):
            self.repeated, self._seen = True, np.empty(0, np.uint64)
        elif len(found) > _KEYS:
            self.repeated, self._seen = None, np.empty(0, np.uint64)
        else:
            self._seen = found
