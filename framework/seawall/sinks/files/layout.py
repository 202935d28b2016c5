"""Which path is what: data in the published folder, everything else in the folder beside it.

The state stands beside because Polars 2.1 and DuckDB 2.0 descend into every folder below the one
that they are given, whatever its name begins with.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

from seawall.contracts import LogEntry
from seawall.disk import unused_name

__all__ = ["Format", "Layout", "is_plan", "written_for"]

Format = Literal["parquet", "csv", "jsonl"]
_STEM = "predictions"
_PLAN = re.compile(r"\d{8,}\..+")
_PUBLISHED = re.compile(rf"(\d{{8,}})\.(?:{'|'.join(get_args(Format))})-[0-9a-f]+")


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of one sink; `folder` is what readers are given."""

    folder: Path

    @property
    def state(self) -> Path:
        """The folder for everything that is not for readers."""
        return _state(self.folder)

    @property
    def decisions(self) -> Path:
        """The folder of what people decided of runs, of all batches."""
        return self.state / "decisions"

    def lock(self, batch: str) -> Path:
        """What a run of the batch holds while it works."""
        return self.state / "locks" / batch

    def log(self, batch: str) -> Path:
        """The folder of the batch's commits."""
        return self.state / "log" / batch

    def data(self, batch: str) -> Path:
        """The folder of the batch's published files, one a version."""
        return self.state / "data" / batch

    def profiles(self, batch: str) -> Path:
        """The folder of what the rows of the batch's versions were like, one file a version."""
        return self.state / "profiles" / batch

    def plans(self, batch: str) -> Path:
        """The folder of the batch's plans."""
        return self.state / "plans" / batch

    def snapshots(self, lookup: str) -> Path:
        """The folder of a lookup's last known good rows, which all batches share."""
        return self.state / "snapshots" / lookup

    def scratch(self, batch: str) -> Path:
        """The folder of the batch's temporary names."""
        return self.state / "tmp" / batch

    def temporary(self, batch: str) -> Path:
        """A name in `scratch` that was never used."""
        return self.scratch(batch) / unused_name()

    def shown(self, batch: str) -> Path:
        """The batch's folder, as readers see it."""
        return self.folder / f"batch={batch}"

    def view(self, entry: LogEntry) -> Path:
        """The file that readers see when this entry is the newest."""
        return self.shown(entry.batch) / f"{_STEM}.{file_format(entry)}"

    def other_views(self, entry: LogEntry) -> list[Path]:
        """The names that the view had under other formats."""
        own = self.view(entry)
        names = (self.shown(entry.batch) / f"{_STEM}.{name}" for name in get_args(Format))
        return [name for name in names if name != own]

    def published(self, entry: LogEntry) -> Path:
        """The immutable file that the entry made visible."""
        return self.state / entry.file.path


@lru_cache(maxsize=16)
def _state(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.seawall")


def data_name(version: int, form: Format) -> str:
    """A published file's name: no extension, so that no glob for one matches it."""
    return f"{version:08d}.{form}-{unused_name()}"


def file_format(entry: LogEntry) -> str:
    """The format of the entry's file: a rollback may bring back one of another format."""
    return Path(entry.file.path).name.partition(".")[2].partition("-")[0]


def is_plan(name: str) -> bool:
    """Whether the name is what a plan's folder is called."""
    return _PLAN.fullmatch(name) is not None


def written_for(name: str) -> int:
    """The version that a published file of this name was written for; 0 where it is not one's name."""
    match = _PUBLISHED.fullmatch(name)
    return 0 if match is None else int(match[1])
