"""The values of judged outputs, counted over the parts of a batch."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pyarrow as pa

from seawall.calling import said
from seawall.config.outputs import Distribution
from seawall.gate import OutputCounts
from seawall.profiles.frequent import Read, count_distinct, count_labels, more_frequent_than
from seawall.running.fold import Fold

__all__ = ["counted"]


def counted(fold: Fold) -> dict[str, OutputCounts]:
    """The counts of each output of which the file asks for some; the parts are read again for them."""
    wanted = fold.plan.config.check_output.distribution
    return {name: _counted(fold, name, judged) for name, judged in wanted.items() if judged.counted}


def _counted(fold: Fold, name: str, wanted: Distribution) -> OutputCounts:
    """What the file asks for; a problem in place of it, for the gate to count as failed."""
    try:
        return _counts(lambda: _values(fold, name), wanted)
    except Exception as error:  # noqa: BLE001 - the border of a check
        return OutputCounts(problem=f"{type(error).__name__}: {said(error)}")


def _counts(read: Read, wanted: Distribution) -> OutputCounts:
    rows = sum(len(values) - values.null_count for values in read())
    top = None
    if wanted.max_top_share is not None:
        most = math.floor(round(wanted.max_top_share * rows, 6))
        top = more_frequent_than(read, most)
    distinct = 0 if wanted.min_distinct is None else count_distinct(read, wanted.min_distinct)
    labels = count_labels(read, wanted.labels) if wanted.labels else {}
    return OutputCounts(rows, top, distinct, labels)


def _values(fold: Fold, name: str) -> Iterator[pa.ChunkedArray]:
    for table in fold.tables([name]):
        yield table.column(name)
