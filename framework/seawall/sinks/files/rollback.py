"""Going back: which version is meant, and what may not come back by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from seawall.contracts import LogEntry
from seawall.errors import UsageError

__all__ = ["added_to", "content", "rolled_back", "rolled_back_fingerprints", "target"]


def content(entry: LogEntry) -> int:
    """The version whose rows are live with this entry: its own, or the one that it brought back."""
    return entry.version if entry.to_version is None else entry.to_version


def added_to(entries: Sequence[LogEntry]) -> list[LogEntry]:
    """The entry whose rows are live; then, where a replay made it, what it was added to, and so on."""
    by_version = {entry.version: entry for entry in entries}
    line = [by_version[content(entries[-1])]]
    while line[-1].added_to is not None:
        line.append(by_version[line[-1].added_to])
    return line


def target(entries: Sequence[LogEntry], to: int | None) -> LogEntry:
    """The publish or release to go back to: `to`, or what was live before the live rows came.

    UsageError if there is no such version or it is live already.
    """
    if not entries:
        raise UsageError("nothing was ever published, so there is nothing to roll back")
    by_version = {entry.version: entry for entry in entries}
    live = by_version[content(entries[-1])]
    wanted = by_version.get(live.base if to is None else to)
    if wanted is None:
        raise _no_such(entries, to, live)
    if content(wanted) == live.version:
        raise UsageError(
            f"version {live.version} is live already",
            where=f"batch {live.batch}",
            seen=f"--to {to}",
        )
    return by_version[content(wanted)]


def _no_such(entries: Sequence[LogEntry], to: int | None, live: LogEntry) -> UsageError:
    others = [str(e.version) for e in entries if e.kind != "rollback" and e is not live]
    what = "there is no earlier version" if to is None else f"there is no version {to}"
    allowed = f"one of {', '.join(others)}" if others else "none: there is no other version"
    return UsageError(what, f"batch {live.batch}", f"version {live.version} is live", allowed)


def rolled_back(entries: Sequence[LogEntry]) -> list[LogEntry]:
    """The versions that somebody rolled back and nobody has published, released or brought back since.

    To go on to another version rolls back the one that was live, also where an earlier rollback had
    brought that one back.
    """
    by_version = {entry.version: entry for entry in entries}
    refused: list[LogEntry] = []
    for entry in entries:
        if entry.kind == "rollback":
            refused.append(by_version[content(by_version[entry.base])])
        refused = [one for one in refused if one.fingerprint != entry.fingerprint]
    return refused


def rolled_back_fingerprints(entries: Sequence[LogEntry]) -> list[Mapping[str, str]]:
    """What those versions were made from."""
    return [entry.fingerprint for entry in rolled_back(entries)]
