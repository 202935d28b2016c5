"""A finished chunk computed once more, to see whether the same comes out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from seawall.chunk.stages import passed
from seawall.chunk.values import as_value
from seawall.contracts import ChunkRef, StoredFile
from seawall.outcome import ChunkFailure
from seawall.part import part_of
from seawall.plan import Plan
from seawall.runtime import runtime_of
from seawall.shown import listed
from seawall.staging import Workspace

__all__ = ["Again", "compute_again"]


@dataclass(frozen=True, slots=True)
class Again:
    """How what came out of a chunk differs from its stored part, in words; '' where it does not."""

    chunk: str
    difference: str


def compute_again(
    plan: Plan, workspace: Workspace, item: tuple[ChunkRef, StoredFile], *, threads: int = 1
) -> Again | ChunkFailure:
    """The chunk is computed, held against its part, and nothing is stored; a failure is a value."""
    ref, part = item

    def work() -> Again:
        seen = passed(plan, ref, runtime_of(plan, workspace, threads=threads))
        payload = part_of(seen.sieve.frame, plan, seen.provenance)
        with pa.OSFile(str(workspace.path(part))) as file:
            before = pa.ipc.open_file(file).read_all()
        now = pa.ipc.open_file(payload).read_all()
        return Again(ref.name, listed(_differences(before, now)))

    return as_value(work, ref)


def _differences(before: pa.Table, now: pa.Table) -> Iterator[str]:
    """What is different, column by column; nulls are equal to each other, and so are NaN."""
    if (before.num_rows, before.schema) != (now.num_rows, now.schema):
        yield f"{now.num_rows:,} rows of {_types(now)}, before {before.num_rows:,} of {_types(before)}"
        return
    for name in before.column_names:
        was, is_ = before.column(name).to_pandas(), now.column(name).to_pandas()
        other = ~((was == is_) | (was.isna() & is_.isna()))
        count = int(np.count_nonzero(other))
        if count:
            yield f"{name} in {count:,} of {len(was):,} rows{_by(was[other], is_[other])}"


def _by(was: pd.Series, is_: pd.Series) -> str:
    """By how much numbers differ at most."""
    if not pd.api.types.is_float_dtype(was.dtype):
        return ""
    return f", by up to {(was - is_).abs().max():.3g}"


def _types(table: pa.Table) -> str:
    return listed(f"{field.name} {field.type}" for field in table.schema)
