"""What is live of a run's batch now: the log says it; the ledger knows what was live when the run ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from seawall.cli.project import root_above
from seawall.errors import SeawallError

if TYPE_CHECKING:
    from seawall.contracts import LogEntry
    from seawall.ledger import RunRow
    from seawall.sinks.files import FilesSink

__all__ = ["Live", "live"]


@dataclass(frozen=True, slots=True)
class Live:
    """What is said of it. `version` is the live one, 0 for none, None where that is not known.

    `stale` says why a held run cannot be released any more; '' where it can, or is none.
    """

    said: str
    version: int | None = None
    stale: str = ""


def live(row: RunRow) -> Live:
    """What is live of the run's batch, as the log has it into which its pipeline file publishes now."""
    from seawall.cli.publication import published_by

    try:
        config = root_above(Path.cwd()) / row.config_path
        sink = published_by(config, sets=(), batch=row.batch)
        entries = sink.entries(row.batch)
        stale = _stale(row, sink, entries) if row.state == "held" else ""
    except (SeawallError, OSError) as error:
        what = error.what if isinstance(error, SeawallError) else str(error)
        return Live(f"{_once(row)}what is live now cannot be told: {what}")
    if not entries:
        return Live(
            f"{_once(row)}nothing of this batch is published in {_short(sink.folder)}", 0, stale
        )
    said = _said(row, entries, _short(sink.layout.view(entries[-1])))
    return Live(said, entries[-1].version, stale)


def _said(row: RunRow, entries: Sequence[LogEntry], path: str) -> str:
    from seawall.sinks.files.rollback import added_to

    newest, line, own = entries[-1], added_to(entries), _own(row, entries)
    if own is None:
        return f"{_missing(row)}version {newest.version} is live at {path}{_whose(newest)}"
    if own == newest:
        return f"version {own.version} is live at {path}"
    if own == line[0]:
        return f"its version {own.version} is live again, as version {newest.version}, at {path}"
    if own in line:
        return f"version {newest.version} is live at {path}: its version {own.version}, with rows added"
    return (
        f"its version {own.version} is not live any more: "
        f"version {newest.version} is, at {path}{_whose(newest)}"
    )


def _own(row: RunRow, entries: Sequence[LogEntry]) -> LogEntry | None:
    """What the run committed, or found published."""
    found = row.version if row.state == "already published" else 0
    own = (e for e in reversed(entries) if e.run_id == row.run_id or e.version == found)
    return next(own, None)


def _stale(row: RunRow, sink: FilesSink, entries: Sequence[LogEntry]) -> str:
    """What came after the held run, or became of it; '' where it may still be released."""
    from seawall.sinks.files import Claim, Holder

    newest = entries[-1] if entries else None
    if newest is not None and newest.version != row.version:
        return f"version {newest.version} is live{_whose(newest)}"
    claim = Claim(sink, row.batch, Holder.here(row.run_id), newest)
    if claim.plan_of(row.run_id) is None:
        return "nothing of it is kept"
    last = next((plan.last_run() for plan in claim.held_plans()), None)
    return "" if last in {None, row.run_id} else f"run {last} was held after it"


def _once(row: RunRow) -> str:
    """What the ledger knows of the run's end."""
    if not row.version:
        return ""
    did = "it published" if row.state in {"published", "released"} else "when it ended, there was"
    where = f" at {_short(Path(row.path))}" if row.path else ""
    return f"{did} version {row.version}{where}; "


def _missing(row: RunRow) -> str:
    """That the log has nothing of a run which published."""
    if row.state not in {"published", "released"}:
        return ""
    return f"{_once(row)}the log does not have it: "


def _whose(entry: LogEntry) -> str:
    who = f" by {entry.by}: {entry.reason}" if entry.by else f" of run {entry.run_id}"
    back = f" to version {entry.to_version}" if entry.to_version is not None else ""
    return f" ({entry.kind}{back}{who})"


def _short(path: Path) -> str:
    """The path from here, where it is below."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
