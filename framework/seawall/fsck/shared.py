"""What all batches of a pipeline share: decisions of people, last known good reads of lookups."""

from __future__ import annotations

from collections.abc import Iterator

from seawall.contracts import StoredFile
from seawall.disk import Disk
from seawall.errors import DataError
from seawall.fsck.files import wrong
from seawall.fsck.problem import Problem, fault, note, of_error
from seawall.lookups.last_known_good import current
from seawall.sinks.files import decisions
from seawall.sinks.files.layout import Layout

__all__ = ["examine_decisions", "examine_snapshots"]

_ATTEMPTS = 3


def examine_decisions(disk: Disk, layout: Layout) -> Iterator[Problem]:
    """What is wrong with what people decided of runs."""
    for said in decisions.torn(disk, layout):
        what = "a decision is not as it was written"
        yield fault("decisions", "", what, layout.decisions, seen=said, todo="as it says")
    for one in decisions.decided(disk, layout).values():
        if one.profile is None:
            continue
        path = layout.state / one.profile.path
        seen = wrong(disk, path, one.profile)
        if seen:
            yield fault(
                "decisions",
                one.batch,
                f"the profile of run {one.run_id}, of which was said: {one.word}, is missing or damaged",
                path,
                seen=seen,
                allowed=f"{one.profile.bytes:,} bytes with sha256 {one.profile.sha256}",
                todo="restore it from a backup"
                + (
                    ": later batches are not compared with this one" if one.word == "accept" else ""
                ),
            )
    for path in decisions.unnamed(disk, layout):
        yield note(
            "decisions",
            "",
            "a profile that no decision names",
            path,
            seen="a decision that was killed before it was written, or whose record is gone",
            todo="as its name says, seawall reference says it anew; then remove it",
        )


def examine_snapshots(disk: Disk, layout: Layout) -> Iterator[Problem]:
    """What is wrong with the last known good reads of lookups."""
    for lookup in disk.list(layout.state / "snapshots"):
        for _ in range(_ATTEMPTS):  # a run may put a newer one in its place meanwhile
            found = list(_snapshot(disk, layout, lookup))
            if not any(problem.severity == "fault" for problem in found):
                break
        yield from found


def _snapshot(disk: Disk, layout: Layout, lookup: str) -> Iterator[Problem]:
    folder = layout.snapshots(lookup)
    try:
        snapshot = current(disk, folder)
    except DataError as error:
        yield of_error("snapshots", "", error)
        return
    if snapshot is None:
        what = "no record of a snapshot, of a run that was killed before it had written one"
        yield note("snapshots", "", what, folder, todo="nothing: the next good read makes one")
        return
    path = folder / snapshot.file
    seen = wrong(disk, path, StoredFile(snapshot.file, snapshot.sha256, snapshot.bytes, 0))
    if seen:
        yield fault(
            "snapshots",
            "",
            f"the last known good of lookup {lookup} is missing or damaged",
            path,
            seen=seen,
            allowed=f"{snapshot.bytes:,} bytes with sha256 {snapshot.sha256}",
            todo="nothing: the fallback passes it over, and the next good read replaces it",
        )
