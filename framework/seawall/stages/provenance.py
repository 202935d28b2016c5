"""Which fallbacks served a chunk's rows: kept beside the frame, where no stage can reach it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from seawall.errors import SoftwareError
from seawall.shown import shown

__all__ = ["DEGRADED", "Provenance", "refuse_own"]

DEGRADED = "_degraded"
"""The column that says which fallbacks served a row; null for a clean one."""
_TYPE = pa.dictionary(pa.int32(), pa.string())


@dataclass(frozen=True, slots=True)
class Provenance:
    """For each row (`index`, its number in the batch) a place in `marks`, 0 for a clean one.

    A mark is what a row says of itself: `weather=constants`, or `weather.temp=constants` where one
    column alone is from there; in the order of the pipeline file. `model=fallback` says that the
    second model made its prediction.
    """

    index: pd.Index[Any]
    codes: NDArray[np.int32]
    marks: tuple[tuple[str, ...], ...] = ((),)

    @classmethod
    def clean(cls, index: pd.Index[Any]) -> Self:
        """No row is degraded."""
        return cls(index, np.zeros(len(index), dtype=np.int32))

    def marked(
        self, lookup: str, links: tuple[str, ...], served: Mapping[str, NDArray[np.int8]]
    ) -> Self:
        """The rows are also marked by a lookup: `served` holds codes of `links`, by added column.

        The column '' stands for the lookup as a whole.
        """
        marked = self
        for column, codes in served.items():
            about = f"{lookup}.{column}" if column else lookup
            marked = marked._beside(codes, [f"{about}={link}" for link in links])
        return marked

    def all_marked(self, mark: str) -> Self:
        """Every row has this mark, too: something that serves all of them is not what was declared."""
        return self._beside(np.ones(len(self.codes), dtype=np.int8), ["", mark])

    def of(self, index: pd.Index[Any]) -> Self:
        """The rows of this index alone."""
        if index is self.index:
            return self
        if len(self.marks) == 1:
            return self.clean(index)
        return replace(self, index=index, codes=self.codes[self.index.get_indexer(index)])

    @property
    def degraded(self) -> NDArray[np.bool_]:
        """The rows that a fallback served."""
        return np.greater(self.codes, 0)

    @property
    def degraded_rows(self) -> int:
        """How many rows a fallback served."""
        return int(np.count_nonzero(self.codes))

    def counts(self) -> dict[str, int]:
        """How many rows have each mark; a row of two lookups counts for both."""
        if len(self.marks) == 1:
            return {}
        rows = np.bincount(self.codes, minlength=len(self.marks)).tolist()
        total: dict[str, int] = {}
        for marks, count in zip(self.marks, rows, strict=True):
            for mark in marks if count else ():
                total[mark] = total.get(mark, 0) + count
        return total

    def column(self) -> pa.DictionaryArray:
        """The marks as readers see them, joined by `;`; null for clean rows."""
        if len(self.marks) == 1:
            return pa.nulls(len(self.codes), _TYPE)
        texts = pa.array([";".join(marks) for marks in self.marks[1:]], pa.string())
        codes = pa.array(self.codes - 1, pa.int32(), mask=self.codes == 0)
        return pa.DictionaryArray.from_arrays(codes, texts)

    def _beside(self, codes: NDArray[np.int8], names: list[str]) -> Self:
        """The rows are marked by one more code, of these names; the combinations are numbered anew."""
        pairs = self.codes * len(names) + codes
        there = np.bincount(pairs, minlength=1) > 0
        there[0] = True  # clean is 0, also where no row is
        numbers = np.cumsum(there, dtype=np.int32) - 1
        marks = []
        for pair in np.flatnonzero(there).tolist():
            before, code = divmod(pair, len(names))
            marks.append(self.marks[before] + ((names[code],) if code else ()))
        return replace(self, codes=numbers[pairs], marks=tuple(marks))


def refuse_own(made: pd.DataFrame, given: pd.DataFrame, step: str) -> None:
    """SoftwareError when a step has made the column that only a run may fill."""
    if DEGRADED in made.columns and DEGRADED not in given.columns:
        raise SoftwareError(
            f"a stage may not make the column {shown(DEGRADED)}",
            step,
            f"a column {shown(DEGRADED)}",
            "any other name",
            "the run fills it itself: it says which fallbacks served a row",
        )
