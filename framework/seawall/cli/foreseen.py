"""What is live of a batch, and what a run would do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seawall.contracts import LogEntry
    from seawall.sinks.files import FilesSink

__all__ = ["foreseen"]


def foreseen(sink: FilesSink, batch: str, fingerprint: Mapping[str, str] | None) -> str:
    """What is live, and whether a run finds it published, computes it anew or is refused.

    `fingerprint` is the plan's; None where the rows are known only once they are fetched.
    """
    entries = sink.entries(batch)
    if not entries:
        return "nothing; a run computes the batch"
    newest = entries[-1]
    live = f"version {newest.version}, of run {newest.run_id}"
    if fingerprint is None:
        return f"{live}; whether a run computes it anew shows when its rows are fetched"
    return f"{live}; {_about(fingerprint, entries)}"


def _about(planned: Mapping[str, str], entries: Sequence[LogEntry]) -> str:
    from seawall.plan.fingerprint import SAME_BATCH
    from seawall.running.claimed import same_batch
    from seawall.sinks.files.rollback import rolled_back_fingerprints

    live = entries[-1].fingerprint
    if any(same_batch(planned, refused) for refused in rolled_back_fingerprints(entries)):
        return "a run is refused: what it would make was rolled back; --force makes it"
    differ = [group for group in SAME_BATCH if planned.get(group) != live.get(group)]
    if differ:
        return f"a run computes it anew, from another {', '.join(differ)}"
    same = "config, code, model and input are the same"
    return f"{same}: a run finds it published; --force computes it anew"
