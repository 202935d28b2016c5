"""What looks wrong with a primary before a row of it is read: yesterday's file, a torn last line."""

from __future__ import annotations

from collections.abc import Iterator

from seawall.contracts import Finding, LogEntry
from seawall.errors import DataError
from seawall.plan import Plan
from seawall.sinks.files.log import newest_first
from seawall.sinks.files.sink import Claim
from seawall.sources.files import opened

__all__ = ["noticed"]

_BATCHES = 30


def noticed(plan: Plan, claim: Claim) -> tuple[Finding, ...]:
    """The warnings about the primary; DataError where one of them is declared to be a failure."""
    return (*_unchanged(plan, claim), *_unended(plan))


def _unended(plan: Plan) -> Iterator[Finding]:
    """Files of text whose last line has no end, as a writer leaves them that was killed."""
    if plan.primary.type not in {"csv", "jsonl"}:
        return
    for fragment in plan.fragments:
        if fragment.name:  # fetched, and no text any more
            continue
        with opened(fragment.path) as file:
            file.seek(max(fragment.bytes - 1, 0))
            if file.read(1) in {b"\n", b""}:
                continue
        message = f"{fragment.shown} may be cut short: its last line has no end"
        yield Finding("last line", "warn", None, "no line end", "a line end", message)


def _unchanged(plan: Plan, claim: Claim) -> tuple[Finding, ...]:
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
        where = ", ".join(fragment.shown for fragment in plan.fragments[:3])
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
