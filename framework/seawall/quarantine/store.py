"""Quarantined rows of a chunk as one Arrow file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

__all__ = ["SetAside", "packed"]


@dataclass(frozen=True, slots=True)
class SetAside:
    """Rows for quarantine, as they were: the stage, the reason (a rule's name) and the column.

    Of records that could not be read `rows` has the numbers alone, `place` the file with the line or
    row group, `raw` the text. `notes` has what was raised on each row, with the user's line; it is
    empty where nothing was raised.
    """

    rows: pd.DataFrame
    stage: str
    reason: str
    column: str = ""
    place: str = ""
    raw: str = ""
    notes: Sequence[str] = ()


def packed(aside: Sequence[SetAside], sources: Sequence[tuple[int, str]]) -> pa.Buffer | None:
    """The rows as an Arrow file, or None without any; `sources` says at which row each file begins.

    Beside the columns that they had: `_row` (number in the batch, from 0), `_stage`, `_reason`,
    `_column` and `_source` (the file that holds the row); of records that could not be read `_raw`,
    their text.
    """
    if not aside:
        return None
    read = [_explained(entry, sources) for entry in aside if not entry.place]
    unread = [_unread(entry) for entry in aside if entry.place]
    # Joined as tables: next to rows without values pandas would turn integers into floats.
    tables = [_stored(pd.concat(frames)) for frames in (read, unread) if frames]
    table = pa.concat_tables(
        [table.replace_schema_metadata(None) for table in tables], promote_options="default"
    ).unify_dictionaries()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def _explained(entry: SetAside, sources: Sequence[tuple[int, str]]) -> pd.DataFrame:
    begins, paths = zip(*sources, strict=True)
    files = np.searchsorted(begins, entry.rows.index.to_numpy(), side="right") - 1
    return entry.rows.assign(
        _row=entry.rows.index,
        _stage=entry.stage,
        _reason=entry.reason,
        _column=entry.column,
        _source=np.array(paths, dtype=object)[files],
    )


def _unread(entry: SetAside) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "_row": entry.rows.index,
            "_stage": entry.stage,
            "_reason": entry.reason,
            "_column": entry.column,
            "_source": entry.place,
            "_raw": entry.raw or None,
        }
    ).astype(dict.fromkeys(["_stage", "_reason", "_column", "_source", "_raw"], "str"))


def _stored(frame: pd.DataFrame) -> pa.Table:
    """The rows as a table; a column that a stage made of several types is kept as text."""
    try:
        return pa.Table.from_pandas(frame, preserve_index=False)
    except pa.ArrowException:
        mixed = [name for name, values in frame.items() if values.dtype == object]
        return pa.Table.from_pandas(frame.astype(dict.fromkeys(mixed, str)), preserve_index=False)
