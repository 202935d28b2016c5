"""Which earlier batches a batch may be compared with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from seawall.contracts import Finding, LogEntry, StoredFile
from seawall.gate import IN_A_ROW
from seawall.sinks.files.decisions import Decision, decided
from seawall.sinks.files.described import Described, described
from seawall.sinks.files.log import batches, newest
from seawall.sinks.files.rollback import added_to
from seawall.sinks.files.sink import FilesSink

__all__ = ["Accepted", "accepted", "counting", "day_of", "in_order", "live_before", "profile_of"]

_DAY = len("2013-07-01")


@dataclass(frozen=True, slots=True)
class Accepted:
    """A batch that others may be compared with: the run that made it, and what its rows were like."""

    batch: str
    run_id: str
    profile: StoredFile


def day_of(batch: str) -> date | None:
    """The day that the key begins with; None where it begins with none."""
    try:
        return date.fromisoformat(batch[:_DAY]) if len(batch) >= _DAY else None
    except ValueError:
        return None


def accepted(sink: FilesSink, before: str | None = None) -> Iterator[Accepted]:
    """What is live of each batch and was accepted, the newest first, read as it is asked for.

    A version is accepted without a word if no column failed in it for which the file wants a hold:
    one failure may not teach the next run that it is usual. A person's word on a run counts for more,
    and lets a held one in. With `before`, only earlier batches: by their keys where
    it begins with a day, else all others, by the time of their commit. A batch whose profile went as
    garbage is left out. Raises StorageError for a log that cannot be read.
    """
    for found in counting(sink, before):
        if sink.disk.exists(sink.layout.state / found.profile.path):
            yield found


def counting(sink: FilesSink, before: str | None = None) -> Iterator[Accepted]:
    """The same batches, with those whose profile is gone."""
    decisions = decided(sink.disk, sink.layout)
    for batch in in_order(sink, decisions, before):
        found = _of(sink.entries(batch), batch, decisions)
        if found is not None:
            yield found


def live_before(sink: FilesSink, batch: str) -> LogEntry | None:
    """What is live of the batch before, whether it was accepted or not; None of none."""
    before = in_order(sink, {}, batch)
    return added_to(sink.entries(before[0]))[0] if before else None


def profile_of(sink: FilesSink, one: Accepted) -> Described:
    """What the rows of the batch were like; StorageError when the file is gone or damaged."""
    return described(sink.disk, sink.layout, one.profile)


def in_order(
    sink: FilesSink, decisions: Mapping[str, Decision], before: str | None
) -> Sequence[str]:
    """The batches that were published, or held and accepted, the newest first."""
    names = {*batches(sink.disk, sink.layout), *(one.batch for one in _lent(decisions))}
    if before is not None and day_of(before) is not None:
        earlier = (name for name in names if day_of(name) is not None and name < before)
        return sorted(earlier, reverse=True)
    times = {name: _time(sink, name, decisions) for name in names if name != before}
    return sorted(times, key=lambda name: (times[name], name), reverse=True)


def _time(sink: FilesSink, batch: str, decisions: Mapping[str, Decision]) -> datetime:
    """When the batch was last published, else accepted."""
    entry = newest(sink.disk, sink.layout, batch)
    if entry is not None:
        return entry.committed_at
    return max(one.at for one in _lent(decisions) if one.batch == batch)


def _lent(decisions: Mapping[str, Decision]) -> Iterator[Decision]:
    """The decisions that let a held run in."""
    return (one for one in decisions.values() if one.word == "accept" and one.profile is not None)


def _of(
    entries: Sequence[LogEntry], batch: str, decisions: Mapping[str, Decision]
) -> Accepted | None:
    """What is live of the batch, if it counts; else a held run of it that a person accepted."""
    live = added_to(entries) if entries else []
    words = [decisions[entry.run_id].word for entry in live if entry.run_id in decisions]
    counts = words[0] == "accept" if words else _undisputed(live)
    if counts and live and live[0].profile is not None:
        return Accepted(batch, live[0].run_id, live[0].profile)
    held = [one for one in _lent(decisions) if one.batch == batch]
    last = max(held, key=lambda one: one.at, default=None)
    if last is None or last.profile is None:
        return None
    return Accepted(batch, last.run_id, last.profile)


def _undisputed(live: Sequence[LogEntry]) -> bool:
    """Whether nothing has drifted so far that it failed; a release is a person's word."""
    return bool(live) and (live[0].kind == "release" or not any(map(_failed, live[0].findings)))


def _failed(finding: Finding) -> bool:
    """Whether a column failed that may hold a run, be it that the hold waits for a second failure."""
    return finding.check.startswith("drift") and IN_A_ROW in finding.figures
