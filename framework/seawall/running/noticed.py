"""What looks wrong with a primary before a row of it is read: yesterday's file, other columns, a torn line."""

from __future__ import annotations

from collections.abc import Iterator

from seawall.contracts import Finding, LogEntry
from seawall.errors import DataError
from seawall.plan import Plan
from seawall.plan.difference import changed_types
from seawall.plan.make import fetched
from seawall.running.history import previous
from seawall.shown import listed, shown
from seawall.sinks.files.log import newest_first
from seawall.sinks.files.sink import Claim
from seawall.sources.files import opened

__all__ = ["noticed"]

_BATCHES = 30


def noticed(plan: Plan, claim: Claim) -> tuple[Finding, ...]:
    """The warnings about the primary; DataError where one of them is declared to be a failure."""
    before = previous(claim.sink, claim.batch)
    return (*_unchanged(plan, claim, before), *_other_columns(plan, before), *_unended(plan))


def _other_columns(plan: Plan, before: LogEntry | None) -> Iterator[Finding]:
    """Types that changed since the version before, and columns that came or went, also unread ones."""
    if before is None or not before.input_schema:
        return
    there, here = before.input_schema, plan.input_schema
    since = f"since batch {before.batch} (version {before.version})"
    for name, how in changed_types(there, here):
        if plan.columns is None or name in plan.columns:
            message = f"the type of {shown(name)} changed {how} {since}"
            yield Finding("column type", "warn", name, here[name], there[name], message)
    if fetched(plan.primary):  # what came is what was asked for
        return
    for what, names in (("new", here.keys() - there), ("gone", there.keys() - here)):
        if names:
            told = listed(sorted(map(shown, names)))
            message = f"{what} columns {since}: {told}"
            yield Finding("columns", "warn", None, told, f"the columns {since}", message)


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


def _unchanged(plan: Plan, claim: Claim, before: LogEntry | None) -> tuple[Finding, ...]:
    """A warning when a live version of another batch was made from the same content.

    The thirty batches with the newest commits are looked at, and only the one before this where
    `on_unchanged_input` is not declared; with `fail` it is a DataError.
    """
    policy = plan.primary.on_unchanged_input
    twin = _twin(plan, claim) if policy is not None else _same(plan, before)
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
    return next((entry for entry in live.values() if _same(plan, entry)), None)


def _same(plan: Plan, entry: LogEntry | None) -> LogEntry | None:
    """The entry if it is another batch's with the same content."""
    if entry is None or entry.batch == plan.context.batch:
        return None
    same = entry.fingerprint.get("content") == plan.fingerprint["content"]
    return entry if same else None
