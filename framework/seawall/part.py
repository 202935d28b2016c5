"""A chunk's part: the columns of its rows that are stored until the batch is published."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from seawall.errors import DataError, SoftwareError
from seawall.plan import Plan
from seawall.shown import listed
from seawall.stages.provenance import DEGRADED, Provenance

__all__ = ["part_of", "published_columns"]


def published_columns(plan: Plan) -> tuple[str, ...]:
    """The columns that readers see: the key, the outputs and `_degraded`, unless the file lists them."""
    config = plan.config
    listed = config.publish.columns
    usual = (plan.primary.key, *config.predict.output_columns, DEGRADED)
    return usual if listed is None else listed


def _kept(plan: Plan) -> tuple[str, ...]:
    """The published columns; the key and the judged outputs, too, where they are not among them."""
    judged = plan.config.check_output.distribution
    return tuple(dict.fromkeys([*published_columns(plan), plan.primary.key, *judged]))


def part_of(frame: pd.DataFrame, plan: Plan, provenance: Provenance) -> pa.Buffer:
    """The chunk's rows as an Arrow file: the published columns, and what the gate has to look at."""
    wanted = _kept(plan)
    missing = [name for name in wanted if name not in frame.columns and name != DEGRADED]
    if missing:
        raise DataError(
            f"publish.columns names columns that nobody makes: {listed(missing)}",
            "publish.columns",
            f"the columns {listed(frame.columns)}",
        )
    kept = _stored(frame[[name for name in wanted if name != DEGRADED]])
    table = kept.append_column(DEGRADED, provenance.column()) if DEGRADED in wanted else kept
    table = table.select(list(wanted)).replace_schema_metadata(None)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def _stored(frame: pd.DataFrame) -> pa.Table:
    try:
        return pa.Table.from_pandas(frame, preserve_index=False)
    except pa.ArrowException as error:
        raise SoftwareError(
            "a published column holds values of several types",
            "publish.columns",
            " ".join(str(error).split())[:200],
            "one type a column",
            "mend the stage or model that makes it",
        ) from error
