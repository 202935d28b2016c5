"""What a batch is compared with: the versions that were published before it."""

from __future__ import annotations

from seawall.contracts import LogEntry
from seawall.gate import History
from seawall.plan import Plan
from seawall.sinks.files import log
from seawall.sinks.files.sink import Claim, FilesSink

__all__ = ["history_of", "previous", "rows_before"]

_BATCHES = 7


def history_of(plan: Plan, claim: Claim) -> History:
    """As much of the past as the file's checks ask for."""
    compared = plan.config.validate_.rows.change is not None
    return History(
        # The log of every batch is read only where the answer counts.
        rows=rows_before(claim) if compared else (),
        as_of=plan.context.as_of,
    )


def previous(sink: FilesSink, batch: str) -> LogEntry | None:
    """What is live of the batch, else of the batch that stands next to it by name; None of none.

    The one before by name comes first, the one after where there is none before: of dates, that is
    yesterday. The log of one batch is read.
    """
    names = sink.disk.list(sink.layout.state / "log")
    before = sorted((name for name in names if name < batch), reverse=True)
    after = sorted(name for name in names if name > batch)
    found = (log.newest(sink.disk, sink.layout, name) for name in (batch, *before, *after))
    return next((entry for entry in found if entry is not None), None)


def rows_before(claim: Claim) -> tuple[int, ...]:
    """How many rows stayed in what is live of the seven other batches with the newest commits.

    What was rolled back is live nowhere, and no measure of anything.
    """
    live: dict[str, LogEntry] = {}
    for entry in claim.sink.newest_first():
        if entry.batch != claim.batch:
            live.setdefault(entry.batch, entry)
        if len(live) == _BATCHES:
            break
    return tuple(entry.account.read - entry.account.filtered for entry in live.values())
