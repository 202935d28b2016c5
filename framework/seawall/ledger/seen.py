"""Stages of many chunks, added up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sqlalchemy import RowMapping

from seawall.contracts import Scalar
from seawall.ledger.rows import SeenRange, StageRow

__all__ = ["stage_rows"]

_NO_SUM = re.compile(
    r"(?:^|[_. ])(?:min|max|mean|std|median|lowest|highest|oldest|newest|columns|distinct|top_rows|p\d\d)"
    r"(?:$|[_. ])"
)


def stage_rows(rows: Iterable[RowMapping]) -> tuple[StageRow, ...]:
    """One row a stage, in the order in which the first chunk ran them."""
    by_stage: dict[str, list[RowMapping]] = {}
    for row in sorted(rows, key=lambda row: row["position"]):
        by_stage.setdefault(row["stage"], []).append(row)
    return tuple(_stage_row(stage, same) for stage, same in by_stage.items())


def _stage_row(stage: str, rows: Sequence[RowMapping]) -> StageRow:
    names = dict.fromkeys(name for row in rows for name in row["seen"])
    return StageRow(
        stage,
        len({row["chunk"] for row in rows}),
        sum(row["rows_in"] for row in rows),
        sum(row["rows_out"] for row in rows),
        sum(row["seconds"] for row in rows),
        {name: _range(name, [row["seen"].get(name) for row in rows]) for name in names},
    )


def _range(name: str, values: Sequence[Scalar]) -> SeenRange:
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if numbers:
        counts = all(isinstance(v, int) for v in numbers) and not _NO_SUM.search(name)
        return SeenRange(min(numbers), max(numbers), int(sum(numbers)) if counts else None)
    texts = sorted({str(v) for v in values if v is not None})
    return SeenRange(texts[0], texts[-1], None) if texts else SeenRange(None, None, None)
