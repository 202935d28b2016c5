"""The ledger against the log: it is an index, so what it lacks is a note; what it alone knows is a fault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from seawall.contracts import LogEntry
from seawall.errors import StorageError
from seawall.fsck.entries import readable
from seawall.fsck.heldback import examine_kept
from seawall.fsck.problem import Problem, fault, note, of_error
from seawall.ledger import Ledger, LedgerVersionError, RunRow, existing_ledger, runs
from seawall.ledger.open import is_sound
from seawall.ledger.rebuild import PUBLISHED
from seawall.sinks.files import FilesSink

__all__ = ["examine_ledger"]

_ALL = 2**31 - 1
_REBUILD = "seawall fsck CONFIG --rebuild"


def examine_ledger(location: str, sink: FilesSink, pipeline: str) -> list[Problem]:
    """What is wrong with the ledger, as far as the pipeline's runs are concerned."""
    try:
        ledger = existing_ledger(location)
        if ledger is None:
            return [note("ledger", "", "there is no ledger", location, todo=_REBUILD)]
        with closing(ledger):
            return list(_examine(ledger, sink, pipeline))
    except LedgerVersionError as error:
        return [of_error("ledger", "", error)]
    except StorageError as error:
        problem = of_error("ledger", "", error)
        # Of a server that does not answer nothing can be built anew; a folder is not ours to replace.
        whole = "://" in problem.where or Path(location).is_dir()
        return [problem if whole else replace(problem, todo=_REBUILD)]


def _examine(ledger: Ledger, sink: FilesSink, pipeline: str) -> Iterator[Problem]:
    if ledger.file is not None and not is_sound(ledger):
        what, seen = "the ledger is corrupt", "SQLite's quick_check finds damage"
        yield fault("ledger", "", what, ledger.location, seen=seen, todo=_REBUILD)
        return
    # The ledger first: whatever it knows of was committed before.
    rows = {row.run_id: row for row in runs(ledger, pipeline=pipeline, limit=_ALL)}
    logs = {batch: readable(sink.disk, sink.layout, batch) for batch in sink.batches()}
    entries = {(entry.batch, entry.version): entry for found, _ in logs.values() for entry in found}
    for row in rows.values():
        if _is_lost(row, sink, entries) and not logs.get(row.batch, ([], []))[1]:
            yield _lost(row, sink)
    yield from examine_kept(sink, list(rows.values()), list(entries.values()))
    unknown = [entry for entry in entries.values() if _is_unknown(entry, rows)]
    if unknown:
        yield note(
            "ledger",
            "",
            "versions that the ledger does not know as published",
            ledger.location,
            seen=f"{len(unknown)}: version {unknown[0].version} of batch {unknown[0].batch}"
            + (", …" if unknown[1:] else ""),
            todo=_REBUILD,
        )


def _is_lost(row: RunRow, sink: FilesSink, entries: Mapping[tuple[str, int], LogEntry]) -> bool:
    """Whether the run says that it published here, and the log does not."""
    here = row.state in PUBLISHED and Path(row.path).parent == sink.layout.shown(row.batch)
    entry = entries.get((row.batch, row.version))
    return here and (entry is None or entry.run_id != row.run_id)


def _lost(row: RunRow, sink: FilesSink) -> Problem:
    return fault(
        "ledger",
        row.batch,
        f"run {row.run_id} was told to have published version {row.version}, and the log lacks it",
        sink.layout.log(row.batch),
        seen="no such entry of this run",
        allowed="an entry for every publish",
        todo="restore the log from a backup; where it was removed on purpose, move the ledger away, "
        f"then {_REBUILD}",
    )


def _is_unknown(entry: LogEntry, rows: Mapping[str, RunRow]) -> bool:
    """Whether the ledger lacks the run, or believes that it was killed; a rollback is no run."""
    if entry.kind == "rollback":
        return False
    row = rows.get(entry.run_id)
    return row is None or row.state not in {*PUBLISHED, "running"}
