"""Whether a run is one that a person may release: held, whole, and still the last word on its batch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from seawall.contracts import LogEntry, StoredFile
from seawall.errors import RefusedError, StorageError, UsageError
from seawall.running.held import Held, kept
from seawall.running.order import Order
from seawall.sinks.files.rollback import added_to
from seawall.sinks.files.sink import Claim
from seawall.staging import Workspace

__all__ = ["committed", "held_result", "lost_rows", "refuse_stale"]

_INTERRUPTED = "it was interrupted before it was judged"
_ENDS = {
    "stopped": "a check stopped it midway, so there is nothing complete",
    "failed": "it failed, so there is nothing that was judged",
    "committed": "it is published",
    "published": "it published its version, and is in the log no more",
    "already published": "its batch was published already, so it has made nothing",
    "nothing to replay": "no row came out of quarantine, so it has made nothing",
    "abandoned": "it was given up for another run",
    "interrupted": _INTERRUPTED,
    "running": "it is at work, or was killed, and was not judged",
    "killed": "it was killed before it was judged",
    "": _INTERRUPTED,
}
"""Why a plan with this outcome is not released, and a run that has ended in this state."""


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


def held_result(claim: Claim, order: Order, known: str) -> tuple[Workspace, Held]:
    """The plan's folder, and what the gate refused of it; UsageError when it refused nothing.

    `known` is the state that the ledger has of the run, '' where it has none. StorageError names the
    record that is missing or damaged of a run that is held.
    """
    again = f"seawall run {order.loaded.path} --batch {order.batch}"
    workspace = claim.plan_of(order.run_id)
    if workspace is None:
        _refuse_damaged(known, claim.unattributed(), again)
        why = "nothing of it is kept: its parts are garbage after seven days"
        raise _unreleasable(order, _ENDS.get(known, why) if known else why, again)
    outcome = workspace.outcome()
    if outcome != "held":
        _refuse_damaged(
            known, [workspace.folder / "outcome.json"] if outcome is None else [], again
        )
        raise _unreleasable(order, _ENDS.get(outcome or known, f"it ended as {outcome}"), again)
    if not workspace.has_plan():
        raise _damaged(workspace.folder / "plan.json", again)
    result = kept(workspace, order.run_id)
    if result is None:
        raise _damaged(workspace.folder / "held.*.json", again)
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


def _refuse_damaged(known: str, records: Sequence[Path], again: str) -> None:
    """The run is not known to be held while these records cannot be read; else StorageError."""
    if known == "held" and records:
        raise _damaged(records[0], again)


def _damaged(record: Path, again: str) -> StorageError:
    return StorageError(
        "a record of the held run is missing or damaged",
        str(record),
        "no such file that is whole",
        "the record as the run wrote it",
        f"run the batch again: {again}",
    )


def _unreleasable(order: Order, why: str, todo: str) -> UsageError:
    return UsageError(
        f"the run cannot be released: {why}", _place(order), "", "a run that is held", todo
    )


def _place(order: Order) -> str:
    return f"run {order.run_id}, batch {order.batch}"
