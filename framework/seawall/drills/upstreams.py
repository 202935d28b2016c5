"""Each upstream of a case as something in the sandbox: as it was recorded, spoilt, or failing in time."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from seawall.config.ingest import FilePrimary, Primary, PythonPrimary
from seawall.config.lookups import FileLookup, Lookup, PythonLookup
from seawall.config.sources import FilesSource, SqlSource
from seawall.drills.ground import Recorded, Spot
from seawall.drills.scaled import ATTEMPT_S, DEADLINE_S
from seawall.drills.spoil import spoilt
from seawall.drills.stalled import stalled
from seawall.drills.unchecked import unchecked
from seawall.drills.written import copied, dated, table_in, write_rows
from seawall.reads import LOOKUP, PRIMARY, terms_of
from seawall.reads.reader import at_home

__all__ = ["IN_TIME", "LATE_S", "Part", "is_unbounded", "late_folders", "stand_in"]

IN_TIME = ("down", "hang", "drip", "error_then_fine")
"""Faults of when and whether an upstream answers; the others are of what it answers."""
_OLD = timedelta(days=3_653)
LATE_S = DEADLINE_S + 1.0
_OWN = {"type", "path", "csv", "compression", "storage", "attempt_timeout", "deadline"}

Section = Primary | Lookup


@dataclass(frozen=True, slots=True)
class Part:
    """An upstream of the pipeline: the primary has no name. `keys` are its key columns by its names."""

    name: str
    section: Section
    recorded: Recorded
    keys: tuple[str, ...]

    @property
    def is_local(self) -> bool:
        """Whether its rows stand in files that are read where they are."""
        section = self.section
        return isinstance(section, FilesSource) and not section.remote

    @property
    def is_at_home(self) -> bool:
        """Whether the run's own process reads it, for as long as that takes."""
        return is_unbounded(self.name, self.section)


def is_unbounded(name: str, section: Section) -> bool:
    """Whether nothing bounds a read of the lookup, or of the primary (''): the run's own process reads."""
    if not name and isinstance(section, FilesSource):
        return not (section.remote or section.compressed)
    return at_home(section, os.environ, terms_of(section, LOOKUP if name else PRIMARY))


def stand_in(part: Part, fault: str, column: str, spot: Spot) -> Section:
    """The section that reads the part in the sandbox, with the fault; '' is none."""
    if fault in IN_TIME:
        return _late(part, fault, spot)
    if not fault:
        return _local(part, part.recorded.files, is_packed=part.recorded.is_packed)
    return _spoilt(part, fault, column, spot)


def _spoilt(part: Part, fault: str, column: str, spot: Spot) -> Section:
    """The recorded rows with the fault, in a file of the upstream's own format where it has one."""
    table = spoilt(table_in(spot.recorded(part.name)), fault, column=column, keys=part.keys)
    kind = part.section.type if isinstance(part.section, FilesSource) else "parquet"
    path = spot.folder / f"{part.name or 'primary'}.{kind}"
    write_rows(table, path, getattr(part.section, "csv", None))
    as_of = part.recorded.as_of
    dated(path, as_of - _OLD if as_of is not None and fault == "stale" else as_of)
    return _local(part, str(path), is_packed=False)


def _local(part: Part, pattern: str, *, is_packed: bool) -> Section:
    """The same section, read from these local files in the run's own process."""
    update: dict[str, Any] = {"attempt_timeout": None, "deadline": None, "path": pattern}
    if isinstance(part.section, FilesSource):
        packing = {} if is_packed else {"compression": "none"}
        return part.section.model_copy(update={**update, **packing, "storage": {}})
    target: type[FileLookup | FilePrimary] = FileLookup if part.name else FilePrimary
    return unchecked(target, {**_common(part.section, target), "type": "parquet", "path": pattern})


def _late(part: Part, fault: str, spot: Spot) -> Section:
    """The section of an upstream that is down, hangs, drips, or is down at first."""
    if part.is_local:
        return _late_files(part, fault, spot)
    if fault in {"hang", "drip"} and isinstance(part.section, SqlSource) and part.is_at_home:
        return _endless(part, fault, spot)
    return _replayed(part, fault, spot)


def _late_files(part: Part, fault: str, spot: Spot) -> Section:
    """Files that are not there, that cannot be opened, or that come when they were asked for once."""
    folder, away = late_folders(spot, part.name)
    pattern = copied(part.recorded.files, folder)
    if fault in {"down", "error_then_fine"}:
        away.parent.mkdir(exist_ok=True)
        folder.rename(away)
        folder.mkdir()  # an empty one: what is said of it has no other names of the sandbox
    else:
        stalled(sorted(folder.iterdir()), None if fault == "hang" else LATE_S)
    return part.section.model_copy(update={"path": pattern})


def late_folders(spot: Spot, name: str) -> tuple[Path, Path]:
    """Where the case's pipeline looks for the files of the lookup, or of the primary (''), and where they wait."""
    part = name or "primary"
    return spot.folder / "upstreams" / part, spot.folder / "away" / part


def _endless(part: Part, fault: str, spot: Spot) -> Section:
    """A query that never ends in the run's own process, inside of SQLite's C code."""
    database = spot.folder / "endless.db"
    database.touch()
    numbers = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT"
    value = "x" if fault == "hang" else "(SELECT count(*) FROM (SELECT 1 FROM n LIMIT 999999))"
    names = table_in(spot.recorded(part.name)).column_names
    columns = ", ".join(f'{value} AS "{name}"' for name in names)
    query = f"{numbers} {columns} FROM n" + (" WHERE x < 0" if fault == "hang" else "")
    return part.section.model_copy(
        update={"url": f"sqlite:///{database}", "query": query, "params": {}}
    )


def _replayed(part: Part, fault: str, spot: Spot) -> Section:
    """A source that is read in a process of its own, as networks are, with the section's own terms."""
    target: type[PythonLookup | PythonPrimary] = PythonLookup if part.name else PythonPrimary
    given = {"rows": str(spot.recorded(part.name)), "behaviour": fault, "mark": str(spot.folder)}
    fields = {
        **_common(part.section, target),
        "type": "python",
        "use": "seawall.drills.replayed:rows",
        "with": given,
        "attempt_timeout": part.section.attempt_timeout or timedelta(seconds=ATTEMPT_S),
        "deadline": part.section.deadline or timedelta(seconds=DEADLINE_S),
    }
    return unchecked(target, fields)


def _common(section: Section, target: type[Any]) -> dict[str, Any]:
    """What the section says that another type of it can say, too."""
    names = set(target.model_fields) & set(type(section).model_fields) - _OWN - {"use", "with_"}
    return {name: getattr(section, name) for name in names}
