"""A primary that is another batch's, byte for byte: yesterday's file under today's name."""

from __future__ import annotations

from seawall.contracts import Finding, LogEntry
from seawall.errors import DataError
from seawall.plan import Plan
from seawall.sinks.files.log import newest_first
from seawall.sinks.files.sink import Claim

__all__ = ["unchanged"]

_BATCHES = 30


def unchanged(plan: Plan, claim: Claim) -> tuple[Finding, ...]:
    """A warning when a live version of another batch was made from the same content.

    The thirty batches with the newest commits are looked at, and none unless `on_unchanged_input`
    is declared; with `fail` it is a DataError.
    """
    policy = plan.primary.on_unchanged_input
    twin = None if policy is None else _twin(plan, claim)
    if twin is None:
        return ()
    seen = f"the content from which batch {twin.batch} was published ({twin.committed_at:%Y-%m-%d})"
    what, allowed = "the input is another batch's", "content that no other batch had"
    if policy == "fail":
        where = ", ".join(fragment.path for fragment in plan.fragments[:3])
        raise DataError(what, where, seen, allowed, "ask its writer for this batch's rows")
    return (Finding("unchanged input", "warn", None, seen, allowed, f"{what}: {seen}"),)


def _twin(plan: Plan, claim: Claim) -> LogEntry | None:
    """The live version of another batch with the same content."""
    live: dict[str, LogEntry] = {}
    for entry in newest_first(claim.sink.disk, claim.sink.layout):
        if entry.batch != claim.batch:
            live.setdefault(entry.batch, entry)
        if len(live) == _BATCHES:
            break
    content = plan.fingerprint["content"]
    same = (entry for entry in live.values() if entry.fingerprint.get("content") == content)
    return next(same, None)
