"""Quarantined rows of a chunk as one Arrow file, and back."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from seawall.errors import StorageError
from seawall.quarantine.kept import KeptRows

__all__ = ["kept_rows", "serialized"]


def serialized(rows: KeptRows) -> pa.Buffer:
    """The rows as an Arrow file."""
    whole = rows.table().replace_schema_metadata(None).unify_dictionaries().combine_chunks()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, whole.schema) as writer:
        writer.write_table(whole)
    return sink.getvalue()


def kept_rows(path: Path) -> KeptRows:
    """The rows of the file; StorageError when it cannot be read."""
    try:
        with pa.OSFile(str(path)) as file:
            return KeptRows.of_table(pa.ipc.open_file(file).read_all())
    except (pa.ArrowException, OSError) as error:
        raise StorageError(
            "rows in quarantine cannot be read",
            str(path),
            " ".join(str(error).split())[:200],
            todo="run the batch again: its source still has them",
        ) from error
