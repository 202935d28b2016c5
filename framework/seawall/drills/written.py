"""Tables as files of each format that a pipeline may read, and files copied as they are."""

from __future__ import annotations

import glob
import json
import os
import shutil
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seawall.config.sources import CsvFormat

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["copied", "dated", "put_table", "table_in", "write_rows"]

_GROUPS = 4
"""Row groups of a Parquet file: a batch that is one of them could not be stopped half way."""


def put_table(table: pa.Table, path: Path) -> None:
    """The table stands in an Arrow file."""
    import pyarrow as pa

    path.parent.mkdir(parents=True, exist_ok=True)
    with pa.ipc.new_file(str(path), table.schema) as writer:
        writer.write_table(table.unify_dictionaries())  # a file has one dictionary a column


def table_in(path: Path) -> pa.Table:
    """The table of an Arrow file, mapped into memory."""
    import pyarrow as pa

    with pa.memory_map(str(path)) as mapped:
        return pa.ipc.open_file(mapped).read_all()


def copied(pattern: str, folder: Path) -> str:
    """The files that match stand in the folder as they are, with their times; the pattern of the copies."""
    found = sorted(Path(path) for path in glob.glob(pattern, recursive=True))  # noqa: PTH207 - patterns are absolute text
    files = [path for path in found if path.is_file()]
    folder.mkdir(parents=True, exist_ok=True)
    for number, path in enumerate(files):
        shutil.copy2(path, folder / f"{number:04d}-{path.name}")
    suffix = "".join(files[0].suffixes[-2:]) if files else ""
    return f"{glob.escape(str(folder))}/*{suffix}"


def dated(path: Path, as_of: datetime | None) -> None:
    """The file's time is when its rows are from, where that is known."""
    if as_of is not None:
        os.utime(path, (as_of.timestamp(), as_of.timestamp()))


def write_rows(table: pa.Table, path: Path, layout: CsvFormat | None) -> None:
    """The rows stand in the file, in the format that its suffix names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".csv":
        _write_csv(table, path, layout or CsvFormat())
    elif path.suffix == ".jsonl":
        with path.open("w", encoding="utf-8") as file:
            file.writelines(f"{json.dumps(row, default=_text)}\n" for row in table.to_pylist())
    else:
        import pyarrow.parquet as pq

        pq.write_table(table, path, row_group_size=max(1, -(-table.num_rows // _GROUPS)))


def _write_csv(table: pa.Table, path: Path, layout: CsvFormat) -> None:
    """Every value as the text that it is; a null as the first text that the layout takes for one."""
    import csv

    null = layout.nulls[0] if layout.nulls else ""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=layout.delimiter, quotechar=layout.quote)
        writer.writerow(table.column_names)
        for row in zip(*(column.to_pylist() for column in table.columns), strict=True):
            writer.writerow([null if value is None else _text(value) for value in row])


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, datetime) else str(value)
