"""Going back: which version is meant, and what may not come back by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from seawall.contracts import LogEntry
from seawall.errors import UsageError

__all__ = ["added_to", "content", "rolled_back_fingerprints", "target"]


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
        raise _no_such(entries, to)
    if content(wanted) == live.version:
        raise UsageError(
            f"version {live.version} is live already",
            where=f"batch {live.batch}",
            seen=f"--to {to}",
        )
    return by_version[content(wanted)]


def _no_such(entries: Sequence[LogEntry], to: int | None) -> UsageError:
    versions = ", ".join(str(e.version) for e in entries if e.kind != "rollback")
    what = "there is no earlier version" if to is None else f"there is no version {to}"
    return UsageError(what, where=f"batch {entries[-1].batch}", allowed=f"one of {versions}")


def rolled_back_fingerprints(entries: Sequence[LogEntry]) -> list[Mapping[str, str]]:
    """What somebody rolled back and nobody has published, released or brought back since."""
    by_version = {entry.version: entry for entry in entries}
    refused: list[Mapping[str, str]] = []
    for entry in entries:
        if entry.kind == "rollback":
            refused.append(by_version[content(by_version[entry.base])].fingerprint)
        refused = [fingerprint for fingerprint in refused if fingerprint != entry.fingerprint]
    return refused
