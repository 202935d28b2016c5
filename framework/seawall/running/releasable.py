"""Whether a run is one that a person may release: held, whole, and still the last word on its batch."""

from __future__ import annotations

from seawall.contracts import LogEntry, StoredFile
from seawall.errors import RefusedError, StorageError, UsageError
from seawall.running.held import Held, kept
from seawall.running.order import Order
from seawall.sinks.files.rollback import added_to
from seawall.sinks.files.sink import Claim
from seawall.staging import Workspace

__all__ = ["committed", "held_result", "lost_rows", "refuse_stale"]

_ENDS = {
    "stopped": "a check stopped it midway, so there is nothing complete",
    "failed": "it failed, so there is nothing that was judged",
    "committed": "it is published",
    "abandoned": "it was given up for another run",
    None: "it was interrupted before it was judged",
}
"""Why a plan with this outcome is not released."""


def committed(claim: Claim, order: Order) -> LogEntry | None:
    """The release of the run, if its rows are live; None of a run that was not released.

    UsageError for a run that published by itself, RefusedError when somebody rolled the release back.
    """
    entries = claim.entries()
    entry = next((e for e in reversed(entries) if e.run_id == order.run_id), None)
    if entry is None:
        return None
    if entry.kind != "release":
        raise _unreleasable(order, f"it is published, as version {entry.version}", "nothing to do")
    if entry not in added_to(entries):
        raise RefusedError(
            f"the run was released as version {entry.version}, which is not live any more",
            _place(order),
            _said_of(entries[-1]),
            "",
            f"seawall rollback {order.loaded.path} --batch {order.batch} --to {entry.version}",
        )
    return entry


def held_result(workspace: Workspace | None, order: Order) -> tuple[Workspace, Held]:
    """The plan's folder, and what the gate refused of it; UsageError when it refused nothing."""
    again = f"seawall run {order.loaded.path} --batch {order.batch}"
    if workspace is None:
        raise _unreleasable(
            order, "nothing of it is kept: its parts are garbage after seven days", again
        )
    outcome = workspace.outcome()
    if outcome != "held":
        raise _unreleasable(order, _ENDS.get(outcome, f"it ended as {outcome}"), again)
    result = kept(workspace, order.run_id)
    if result is None:
        raise StorageError(
            "the record of what was judged is missing or damaged",
            str(workspace.folder),
            "no such file that is whole",
            "the record as the run wrote it",
            f"run the batch again: {again}",
        )
    return workspace, result


def refuse_stale(claim: Claim, workspace: Workspace, result: Held) -> None:
    """The run is the last that was judged of its batch, and nothing was committed since.

    RefusedError that says what is newer otherwise: no retry would make it younger.
    """
    base = claim.base
    if base is not None and base.version != result.base:
        raise _stale(claim, result, _said_of(base))
    newest = claim.held_plans()[0]
    if newest.folder != workspace.folder:
        raise _stale(claim, result, f"run {newest.last_run()} was held after it")


def lost_rows(result: Held, file: StoredFile) -> StorageError:
    """The error for parts that do not add up to what was judged."""
    return StorageError(
        "the rows do not add up, so nothing is published",
        f"run {result.run_id}, batch {result.batch}",
        f"{file.rows:,} rows in the joined file; {result.account}",
        "read = published + quarantined + filtered",
        "run the batch again",
    )


def _stale(claim: Claim, result: Held, newer: str) -> RefusedError:
    return RefusedError(
        "the run is not the last word on its batch any more",
        f"run {result.run_id}, batch {claim.batch}",
        newer,
        "a held run with nothing newer behind it",
        "release the newer run, if that is held; or run the batch again",
    )


def _said_of(entry: LogEntry) -> str:
    who = f", by {entry.by}: {entry.reason}" if entry.by else ""
    when = f"{entry.committed_at:%Y-%m-%d %H:%M}"
    return f"version {entry.version} is live ({entry.kind} of run {entry.run_id}, {when}{who})"


def _unreleasable(order: Order, why: str, todo: str) -> UsageError:
    return UsageError(
        f"the run cannot be released: {why}", _place(order), "", "a run that is held", todo
    )


def _place(order: Order) -> str:
    return f"run {order.run_id}, batch {order.batch}"
