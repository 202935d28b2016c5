"""What the ledger knows as held and may still be released is there, as a plan that is held."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from seawall.contracts import LogEntry
from seawall.fsck.problem import Problem, fault
from seawall.fsck.refused import record
from seawall.ledger import RunRow
from seawall.sinks.files import FilesSink
from seawall.staging import Workspace

__all__ = ["examine_kept"]

_GRACE = timedelta(days=6)  # gc keeps it for seven, by another clock
_JUDGED = {"held", "published", "released"}


def examine_kept(
    sink: FilesSink, rows: Sequence[RunRow], entries: Sequence[LogEntry]
) -> Iterator[Problem]:
    """A fault for each batch whose last judged run was held, and of which the plan is gone.

    `rows` are the newest first. A batch that somebody works on is passed over.
    """
    newest: dict[str, RunRow] = {}
    for row in rows:
        if row.state in _JUDGED:
            newest.setdefault(row.batch, row)
    for batch, row in newest.items():
        if row.state == "held" and _is_open(sink, row, entries):
            yield from _missing(sink, batch, row.run_id)


def _is_open(sink: FilesSink, row: RunRow, entries: Sequence[LogEntry]) -> bool:
    """Whether the run was held here, lately, and nothing was committed of its batch since."""
    ended = row.ended_at or row.started_at
    here = Path(row.path).parent == sink.layout.shown(row.batch) if row.path else True
    used = sink.disk.exists(sink.layout.lock(row.batch))
    since = any(one.batch == row.batch and one.committed_at > ended for one in entries)
    return here and used and not since and sink.clock() - ended <= _GRACE


def _missing(sink: FilesSink, batch: str, run_id: str) -> Iterator[Problem]:
    folder = sink.layout.plans(batch)
    spaces = [Workspace(folder / name, "", sink.disk) for name in sink.disk.list(folder)]
    own = [space for space in spaces if space.last_run() == run_id]
    if any(space.outcome() is not None for space in own):
        return
    judged = any(record(space) is not None for space in own)
    if own and not judged:  # taken up by nobody, and said so by its own records
        return
    yield fault(
        "plans",
        batch,
        f"run {run_id} was held, and cannot be released: "
        + ("nothing says how its plan ended" if judged else "its plan is gone"),
        own[0].folder / "outcome.json" if own else folder,
        seen="missing",
        allowed="a held plan for seven days",
        todo="run the batch again",
    )
