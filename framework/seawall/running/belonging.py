"""The rows of a chunk that belong to the job, and what their unique columns leave behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from seawall.contracts import ChunkRef
from seawall.errors import SeawallError
from seawall.outcome import ChunkFailure
from seawall.plan import Plan
from seawall.running.marks import ChunkMarks, marked
from seawall.runtime import intake_of
from seawall.shown import line
from seawall.stages.ingest import Reading, ingest
from seawall.stages.steps import mask
from seawall.staging import Workspace

__all__ = ["Seen", "belonging", "marks_of"]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a chunk's rows leave behind, by column; `rows` of them belong to the job."""

    marks: Mapping[str, ChunkMarks]
    rows: int


def marks_of(
    plan: Plan, workspace: Workspace, columns: tuple[str, ...], ref: ChunkRef
) -> Seen | ChunkFailure:
    """The marks of a chunk, made in a worker; a failure comes back as a value."""
    try:
        frame = belonging(plan, workspace, columns, ref)
        numbers = frame.index.to_numpy(dtype=np.int64)
        marks = {name: marked(_arrow(frame[name]), numbers) for name in columns}
        return Seen(marks, len(frame))
    except SeawallError as error:
        return ChunkFailure(ref.name, error)
    except Exception as error:  # noqa: BLE001 - the border of a chunk: a worker returns values
        what = line(f"{type(error).__name__}: {error}")
        return ChunkFailure(ref.name, SeawallError(what, f"chunk {ref.name}"))


def belonging(
    plan: Plan, workspace: Workspace, columns: tuple[str, ...], ref: ChunkRef
) -> pd.DataFrame:
    """The chunk's rows that no filter drops; of their columns at least these."""
    if _all_stay(plan, columns):
        return ingest(_narrowed(plan, columns), ref, {}).frame
    intake = intake_of(plan, workspace)
    result = ingest(plan.reading, ref, intake.tables)
    gone = np.zeros(len(result.frame), dtype=bool)
    for name, missed in result.missed.items():
        if plan.config.ingest.lookups[name].on_missing_key == "quarantine":
            gone |= missed
    frame = result.frame[~gone]
    for bound in intake.filters:
        frame = frame[mask(bound, frame)]
    return frame


def _all_stay(plan: Plan, columns: tuple[str, ...]) -> bool:
    """Whether the columns are the primary's own, and no row can leave before they are looked at."""
    ingest, declared = plan.config.ingest, plan.config.validate_.columns
    looked_up = {new for way in ingest.joined.values() for new in way.added_columns.values()}
    return (
        not plan.config.validate_.filters
        and looked_up.isdisjoint(columns)
        and all(way.on_missing_key != "quarantine" for way in ingest.joined.values())
        and all(
            column.on_violation != "quarantine" or name in columns
            for name, column in declared.items()
        )
    )


def _narrowed(plan: Plan, columns: tuple[str, ...]) -> Reading:
    """What has to be read of the primary to know these columns."""
    names = tuple(dict.fromkeys([plan.primary.key, *columns]))
    declared = plan.config.validate_.columns
    contracts = {name: declared[name] for name in names if name in declared}
    return replace(plan.reading, columns=names, contracts=contracts)


def _arrow(values: pd.Series[Any]) -> pa.ChunkedArray:
    array = pa.Array.from_pandas(values)
    return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])
