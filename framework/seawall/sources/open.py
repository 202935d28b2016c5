"""From a source as the file declares it to one that reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seawall.config.sources import CsvFormat

if TYPE_CHECKING:
    import pyarrow as pa

    from seawall.contracts import ChunkedSource

__all__ = ["FileSource", "open_source"]


@dataclass(frozen=True, slots=True)
class FileSource:
    """What a source in files is made of: its format, an absolute glob, a CSV layout."""

    kind: str
    pattern: str
    layout: CsvFormat


def open_source(files: FileSource, types: Mapping[str, pa.DataType]) -> ChunkedSource:
    """A source that reads these files; `types` holds the Arrow types that the contract declares."""
    import pyarrow as pa

    from seawall.sources.csv import CsvSource
    from seawall.sources.jsonl import JsonlSource
    from seawall.sources.parquet import ParquetSource

    if files.kind == "csv":
        return CsvSource(files.pattern, files.layout)
    if files.kind == "jsonl":
        return JsonlSource(files.pattern, types)
    kept = [name for name, kind in types.items() if pa.types.is_dictionary(kind)]
    return ParquetSource(files.pattern, dictionaries=kept)
