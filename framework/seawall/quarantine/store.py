"""Quarantined rows of a chunk as one Arrow file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

__all__ = ["SetAside", "packed"]


@dataclass(frozen=True, slots=True)
class SetAside:
    """Rows for quarantine, as they were: the stage, the reason (a rule's name) and the column."""

    rows: pd.DataFrame
    stage: str
    reason: str
    column: str = ""


def packed(aside: Sequence[SetAside], source: str) -> pa.Buffer | None:
    """The rows as an Arrow stream, or None without any.

    Beside the columns that they had: `_row` (number in the batch, from 0), `_stage`, `_reason`,
    `_column` and `_source` (the file in which the chunk begins).
    """
    if not aside:
        return None
    frame = pd.concat([_explained(entry, source) for entry in aside])
    sink = pa.BufferOutputStream()
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def _explained(entry: SetAside, source: str) -> pd.DataFrame:
    return entry.rows.assign(
        _row=entry.rows.index,
        _stage=entry.stage,
        _reason=entry.reason,
        _column=entry.column,
        _source=source,
    )
