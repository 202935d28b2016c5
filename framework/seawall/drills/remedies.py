"""The key of the pipeline file that would have prevented what a fault did, and its line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from seawall.config.faults import KeyPath
from seawall.config.load import LoadedConfig
from seawall.config.sources import FilesSource
from seawall.drills.measured import Measured, measured
from seawall.drills.outputs import of_predictions
from seawall.drills.patience import of_code, of_upstream
from seawall.drills.remedy import Remedy, at
from seawall.drills.upstreams import IN_TIME
from seawall.drills.values import Case
from seawall.gate.past import LEAST_BATCHES

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["remedy", "without_fallback"]


_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def remedy(loaded: LoadedConfig, kind: str, case: Case, tables: Mapping[str, pa.Table]) -> Remedy:
    """What in the file would have prevented that the case's fault was published, or hung.

    `kind` is the weakness's. `tables` are the recorded ones by part, with the healthy run's
    predictions as `model`: what they hold makes the proposal's numbers.
    """
    part, _, name = case.part.partition("=")
    if case.fault in IN_TIME:
        return of_upstream(loaded, part, name)
    found = _of_content(loaded, case, tables)
    return of_code(loaded, found) if kind == "hung" else found


def _of_content(loaded: LoadedConfig, case: Case, tables: Mapping[str, pa.Table]) -> Remedy:
    """By what is promised of the rows, or of the predictions."""
    part, _, name = case.part.partition("=")
    if part == "lookup":
        return _of_lookup(loaded, case, name, tables)
    if part == "primary":
        return _of_primary(loaded, case, tables[case.part])
    if part == "model":
        return of_predictions(loaded, case.fault, tables["model"])
    return at(loaded, ("limits", "run_deadline"), "limits: {run_deadline: 30m}")


def without_fallback(loaded: LoadedConfig, case: Case) -> Remedy:
    """Where a chain would stand that serves the rows of a lookup that has failed."""
    path = ("ingest", "lookups", case.part.partition("=")[2], "fallback")
    return at(loaded, path, "fallback: [{last_known_good: {max_age: 7d}}], or constants")


def _of_lookup(
    loaded: LoadedConfig, case: Case, name: str, tables: Mapping[str, pa.Table]
) -> Remedy:
    table = tables[case.part]
    path: KeyPath = ("ingest", "lookups", name)
    column = case.column
    added = loaded.config.ingest.lookups[name].added_columns.get(column, "")
    if case.fault == "stale":
        return _of_age(loaded, path, name, table)
    if case.fault == "times_1000" and added:
        return _of_range(loaded, added, measured(table, column))
    if case.fault == "nulls" and added:
        share = measured(table, column).null_share_above
        todo = "expect: {max_null_share: {…}}"
        return at(loaded, (*path, "expect", "max_null_share"), todo, f"{column}: {share}")
    if case.fault == "empty":
        return at(loaded, (*path, "expect", "min_rows"), "expect: {min_rows: 1}")
    if case.fault in {"half_keys", "nulls"}:
        todo = "expect: {min_key_coverage: 90%}, or on_missing_key: fallback"
        return at(loaded, (*path, "expect", "min_key_coverage"), todo)
    return _contract(loaded, added or column)


def _of_age(loaded: LoadedConfig, path: KeyPath, name: str, table: pa.Table) -> Remedy:
    """By the time that its rows or its file tell; without any it cannot be told from an older one."""
    lookup = loaded.config.ingest.lookups[name]
    clock = lookup.expect.as_of_column or _clock(table)
    if clock:
        todo = f"expect: {{as_of_column: {clock}, max_staleness: 36h}}"
        return at(loaded, (*path, "expect", "max_staleness"), todo)
    if isinstance(lookup, FilesSource) and not lookup.remote:
        todo = "expect: {max_staleness: 36h}, the age of the file"
        return at(loaded, (*path, "expect", "max_staleness"), todo)
    todo = (
        "it has no time that tells its age: let the upstream add one (expect: {as_of_column, "
        "max_staleness}), or expect: {max_unchanged: 3} where it is another one in every batch"
    )
    return at(loaded, (*path, "expect", "max_staleness"), todo)


def _clock(table: pa.Table) -> str:
    """The first column of times; text counts when its first value begins as an ISO date."""
    return next((name for name in table.column_names if _tells_time(table[name])), "")


def _tells_time(values: pa.ChunkedArray) -> bool:
    import pyarrow.types as pt

    if pt.is_timestamp(values.type):
        return True
    first = values.slice(0, 1).to_pylist()
    return bool(first) and isinstance(first[0], str) and _DATE.match(first[0]) is not None


def _of_primary(loaded: LoadedConfig, case: Case, table: pa.Table) -> Remedy:
    column = case.column
    if case.fault in {"half_keys", "empty", "duplicated"}:
        return _of_count(loaded)
    if case.fault == "stale":
        path: KeyPath = ("validate", "freshness", "max_age")
        return at(loaded, path, f"freshness: {{column: {column}, max_age: 36h}}")
    if case.fault == "extra":
        return at(loaded, ("validate", "extra_columns"), "extra_columns: forbid")
    if case.fault == "times_1000":
        return _of_range(loaded, column, measured(table, column))
    if case.fault == "nulls" and column in loaded.config.validate_.columns:
        share = measured(table, column).null_share_above
        path = ("validate", "columns", column, "max_null_share")
        return at(loaded, path, f"max_null_share: {share}")
    return _contract(loaded, column)


def _of_count(loaded: LoadedConfig) -> Remedy:
    """By the number of rows, once there are batches to compare it with."""
    path: KeyPath = ("validate", "rows", "change")
    later = f"judged from {LEAST_BATCHES} other published batches on"
    return at(loaded, path, f"rows: {{min: 1, change: 30%}}, {later}")


def _of_range(loaded: LoadedConfig, column: str, seen: Measured) -> Remedy:
    """By a bound of the contract, above the highest recorded value, or below the lowest."""
    end, reached = ("max", seen.highest) if seen.highest > 0 else ("min", seen.lowest)
    path: KeyPath = ("validate", "columns", column, end)
    noun = "highest" if end == "max" else "lowest"
    todo = f"{end}: …; the {noun} recorded value of {column} is {reached:,.12g}"
    return at(loaded, path, todo)


def _contract(loaded: LoadedConfig, column: str) -> Remedy:
    todo = f"promise something of {column}: its dtype, nulls and bounds"
    return at(loaded, ("validate", "columns", column), todo)
