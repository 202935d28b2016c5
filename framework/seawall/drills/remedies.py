"""The key of the pipeline file that would have prevented what a fault did, and its line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seawall.config.faults import KeyPath, Place, dotted
from seawall.config.load import LoadedConfig
from seawall.config.models import PipelineConfig
from seawall.config.sources import FilesSource
from seawall.drills.measured import Measured, measured
from seawall.drills.values import Case

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Remedy", "remedy", "without_fallback"]


_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_OF_TIME = {"down", "hang", "drip", "error_then_fine"}


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to write where; `…` in `todo` stands for the entries of all cases that it would prevent.

    `place` is the key's own where the file has it and lets the fault pass, else the section's in
    which it would stand.
    """

    path: KeyPath
    place: Place
    stands: bool
    todo: str
    entry: str = ""

    @property
    def key(self) -> str:
        """The path as `--set` takes it."""
        return dotted(self.path)

    @property
    def where(self) -> str:
        """`configs/x.yaml:23`."""
        return f"{self.place.file}:{self.place.line}"


def remedy(loaded: LoadedConfig, case: Case, tables: Mapping[str, pa.Table]) -> Remedy:
    """What in the file would have prevented that the case's fault was published, or hung.

    `tables` are the recorded ones by part; what they hold makes the proposal's numbers.
    """
    kind, _, name = case.part.partition("=")
    if case.fault in _OF_TIME:
        return _of_patience(loaded, kind, name)
    if kind == "lookup":
        return _of_lookup(loaded, case, name, tables[case.part])
    if kind == "primary":
        return _of_primary(loaded, case, tables[case.part])
    if kind == "model":
        return _of_model(loaded, case)
    todo = "run_deadline: 10m, so that nothing runs for ever"
    return _at(loaded, ("limits", "run_deadline"), todo)


def without_fallback(loaded: LoadedConfig, case: Case) -> Remedy:
    """Where a chain would stand that serves the rows of a lookup that has failed."""
    path = ("ingest", "lookups", case.part.partition("=")[2], "fallback")
    return _at(loaded, path, "fallback: [{last_known_good: {max_age: 7d}}], or constants")


def _of_patience(loaded: LoadedConfig, kind: str, name: str) -> Remedy:
    """By the time that one attempt may take: it is then made where it can be killed."""
    path: KeyPath = ("ingest", "lookups", name) if kind == "lookup" else ("ingest", "primary")
    return _at(
        loaded, (*path, "attempt_timeout"), "attempt_timeout: 30s, or limits: {run_deadline: 30m}"
    )


def _of_lookup(loaded: LoadedConfig, case: Case, name: str, table: pa.Table) -> Remedy:
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
        return _at(loaded, (*path, "expect", "max_null_share"), todo, f"{column}: {share}")
    if case.fault == "empty":
        return _at(loaded, (*path, "expect", "min_rows"), "expect: {min_rows: 1}")
    if case.fault in {"half_keys", "nulls"}:
        todo = "expect: {min_key_coverage: 90%}, or on_missing_key: fallback"
        return _at(loaded, (*path, "expect", "min_key_coverage"), todo)
    return _contract(loaded, added or column)


def _of_age(loaded: LoadedConfig, path: KeyPath, name: str, table: pa.Table) -> Remedy:
    """By the time that its rows or its file tell; without any it cannot be told from an older one."""
    lookup = loaded.config.ingest.lookups[name]
    clock = lookup.expect.as_of_column or _clock(table)
    if clock:
        todo = f"expect: {{as_of_column: {clock}, max_staleness: 36h}}"
        return _at(loaded, (*path, "expect", "max_staleness"), todo)
    if isinstance(lookup, FilesSource) and not lookup.remote:
        todo = "expect: {max_staleness: 36h}, the age of the file"
        return _at(loaded, (*path, "expect", "max_staleness"), todo)
    todo = (
        "it has no time that tells its age: let the upstream add one (expect: {as_of_column, "
        "max_staleness}), or expect: {max_unchanged: 3} where it is another one in every batch"
    )
    return _at(loaded, (*path, "expect", "max_staleness"), todo)


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
        return _at(loaded, ("validate", "rows", "change"), "rows: {min: 1, change: 30%}")
    if case.fault == "stale":
        path: KeyPath = ("validate", "freshness", "max_age")
        return _at(loaded, path, f"freshness: {{column: {column}, max_age: 36h}}")
    if case.fault == "extra":
        return _at(loaded, ("validate", "extra_columns"), "extra_columns: forbid")
    if case.fault == "times_1000":
        return _of_range(loaded, column, measured(table, column))
    if case.fault == "nulls" and column in loaded.config.validate_.columns:
        share = measured(table, column).null_share_above
        path = ("validate", "columns", column, "max_null_share")
        return _at(loaded, path, f"max_null_share: {share}")
    return _contract(loaded, column)


def _of_range(loaded: LoadedConfig, column: str, seen: Measured) -> Remedy:
    """By a bound of the contract, above the highest recorded value, or below the lowest."""
    end, reached = ("max", seen.highest) if seen.highest > 0 else ("min", seen.lowest)
    path: KeyPath = ("validate", "columns", column, end)
    noun = "highest" if end == "max" else "lowest"
    todo = f"{end}: …; the {noun} recorded value of {column} is {reached:g}"
    return _at(loaded, path, todo)


def _contract(loaded: LoadedConfig, column: str) -> Remedy:
    todo = f"promise something of {column}: its dtype, nulls and bounds"
    return _at(loaded, ("validate", "columns", column), todo)


def _of_model(loaded: LoadedConfig, case: Case) -> Remedy:
    output = loaded.config.predict.output_columns[0]
    if case.fault == "constant":
        path: KeyPath = ("check_output", "distribution", output)
        name = "min_distinct" if _says(loaded.config, output, "min_distinct") else "max_top_share"
        return _at(loaded, (*path, name), f"distribution: {{{output}: {{max_top_share: 50%}}}}")
    if case.fault == "out_of_bounds":
        todo = f"bounds: {{{output}: {{min: 0, max: 1}}}}"
        return _at(loaded, ("check_output", "bounds", output), todo)
    return _at(loaded, ("limits", "run_deadline"), "run_deadline: 10m")


def _says(config: PipelineConfig, output: str, name: str) -> bool:
    promised = config.check_output.distribution.get(output)
    return promised is not None and name in promised.model_fields_set


def _at(loaded: LoadedConfig, path: KeyPath, todo: str, entry: str = "") -> Remedy:
    stands = loaded.places.node(path) is not None
    return Remedy(path, loaded.places.key(path), stands, todo, entry)
