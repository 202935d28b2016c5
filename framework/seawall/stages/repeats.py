"""Values that may stand once in a batch: which columns promise it, and the rows that repeat an earlier one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from seawall.config.judging import OnViolation
from seawall.config.models import PipelineConfig
from seawall.stages.column_tests import ColumnTest
from seawall.stages.extremes import Column

__all__ = ["repeat_tests", "unique_columns"]


def unique_columns(config: PipelineConfig) -> dict[str, OnViolation]:
    """What happens to rows that repeat a value, by column; to a key's, what `on_duplicate_key` says.

    A key that just has to be unique is not among them: its rows are looked at as they are published.
    """
    primary, declared = config.ingest.primary, config.validate_.columns
    found = {name: column.on_violation for name, column in declared.items() if column.unique}
    if primary.key in found or primary.on_duplicate_key == "quarantine":
        found[primary.key] = primary.on_duplicate_key
    return found


def repeat_tests(
    columns: Mapping[str, OnViolation], repeats: Mapping[str, NDArray[np.int64]]
) -> Sequence[ColumnTest]:
    """A test for each column that has repeats: the numbers of their rows in the batch, ascending."""
    return [
        ColumnTest(
            name,
            "repeats an earlier row",
            "values that stand once in the batch",
            columns[name],
            _among(rows),
        )
        for name, rows in repeats.items()
    ]


def _among(rows: NDArray[np.int64]) -> Callable[[Column], NDArray[np.bool_] | None]:
    def bad(column: Column) -> NDArray[np.bool_] | None:
        numbers = column.series.index.to_numpy()
        if not len(numbers):
            return None
        start, stop = np.searchsorted(rows, [numbers.min(), numbers.max() + 1])
        return np.isin(numbers, rows[start:stop]) if start < stop else None

    return bad
