"""A lookup's table as its upstream has it now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from seawall.config.load import fill
from seawall.config.lookups import FileLookup, Lookup, SqlLookup
from seawall.errors import DataError
from seawall.names import did_you_mean
from seawall.sources import FileSource, below, open_source

__all__ = ["fetch"]

_ROWS = 1 << 20


def fetch(name: str, lookup: Lookup, *, root: Path, batch: str, env: Mapping[str, str]) -> pa.Table:
    """The lookup's join columns and the columns that it adds, under its own names.

    Raises UnavailableError when the upstream is not there, DataError when it lacks a column.
    """
    wanted = list(dict.fromkeys([*lookup.join_columns.values(), *lookup.added_columns]))
    if isinstance(lookup, SqlLookup):
        from seawall.lookups.sql import query

        table = query(name, lookup, root=root, batch=batch, env=env)
    elif isinstance(lookup, FileLookup):
        table = _from_files(lookup, below(root, fill(lookup.path, batch)), wanted)
    else:  # the loader refuses the other types
        raise DataError("no reader for this type of lookup", f"lookup {name}", lookup.type)
    missing = [column for column in wanted if column not in table.column_names]
    if missing:
        raise _lacks(f"lookup {name}", missing[0], table.column_names)
    return table.select(wanted)


def _from_files(lookup: FileLookup, pattern: str, wanted: Sequence[str]) -> pa.Table:
    source = open_source(FileSource(lookup.type, pattern, lookup.csv), {})
    fragments = source.fragments()
    there = source.schema(fragments).names
    missing = [column for column in wanted if column not in there]
    if missing:
        raise _lacks(pattern, missing[0], there)
    tables = [source.read(fragments, ref, wanted).table for ref in source.chunks(fragments, _ROWS)]
    if not tables:
        return source.schema(fragments).empty_table().select(list(wanted))
    return pa.concat_tables(tables, promote_options="permissive")


def _lacks(where: str, column: str, there: Sequence[str]) -> DataError:
    return DataError(
        f"a column is missing: {column!r}",
        where,
        f"the columns {', '.join(there)}",
        f"a column {column!r}",
        did_you_mean(column, there) or "mend the upstream, or the lookup's join and columns",
    )
