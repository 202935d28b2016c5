"""From a source as the file declares it to one that reads."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seawall.config.plugged import PLUG_IN
from seawall.config.sources import CsvFormat, FilesSource, SourceSection
from seawall.contracts import Caps

if TYPE_CHECKING:
    import pyarrow as pa

    from seawall.contracts import ChunkedSource, Source

__all__ = ["FileSource", "open_source", "open_upstream"]

# Each is made of its section and the environment; its module is imported when it is asked for.
_UPSTREAMS = {
    "files": "seawall.sources.remote:RemoteFiles",
    "sql": "seawall.sources.sql:SqlUpstream",
    "http": "seawall.sources.http:HttpUpstream",
    "python": "seawall.sources.python:PythonUpstream",
    PLUG_IN: "seawall.sources.plugin:PluginUpstream",
}


@dataclass(frozen=True, slots=True)
class FileSource:
    """What a source in files is made of: its format, an absolute glob, a CSV layout, its bounds."""

    kind: str
    pattern: str
    layout: CsvFormat
    caps: Caps = field(default_factory=Caps)


def open_source(files: FileSource, types: Mapping[str, pa.DataType]) -> ChunkedSource:
    """A source that reads these files; `types` holds the Arrow types that the contract declares."""
    import pyarrow as pa

    from seawall.sources.csv import CsvSource
    from seawall.sources.jsonl import JsonlSource
    from seawall.sources.parquet import ParquetSource

    if files.kind == "csv":
        return CsvSource(files.pattern, files.layout, files.caps)
    if files.kind == "jsonl":
        return JsonlSource(files.pattern, types, files.caps)
    kept = [name for name, kind in types.items() if pa.types.is_dictionary(kind)]
    return ParquetSource(files.pattern, dictionaries=kept, caps=files.caps)


def open_upstream(section: SourceSection, env: Mapping[str, str], root: Path) -> Source:
    """A source that answers with rows, made from its section of the file; nothing is read yet.

    `env` has the values of the section's references; local paths start at `root`.
    """
    if isinstance(section, FilesSource) and not (section.remote or section.compressed):
        from seawall.sources.local import LocalFiles

        return LocalFiles(section, root)
    kind = "files" if isinstance(section, FilesSource) else section.type
    module, _, name = _UPSTREAMS.get(kind, _UPSTREAMS[PLUG_IN]).partition(":")
    make: Any = getattr(importlib.import_module(module), name)
    made: Source = make(section, env)
    return made
