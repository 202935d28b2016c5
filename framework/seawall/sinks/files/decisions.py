"""What people decided of runs: which of them later runs may be compared with."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from seawall.contracts import LogEntry, StoredFile
from seawall.disk import Disk, make_folders, put, unused_name
from seawall.errors import StorageError, UsageError
from seawall.names import did_you_mean
from seawall.shown import listed
from seawall.sinks.files import log
from seawall.sinks.files.layout import Layout
from seawall.staging import Workspace

__all__ = ["PROFILE", "Decision", "decide", "decided"]

PROFILE = "profile.json"
"""Where a plan's folder has the profile of a run that came to its end, published or held."""

_OWN_PATH = re.compile(r"decisions/[A-Za-z0-9][A-Za-z0-9._-]*")
_KEPT = "profile"


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's word on a run, with who, when and why.

    `profile` is what a held run looked like: its plan's folder goes, this file stays. None of a
    published run, whose log entry names its own.
    """

    run_id: str
    batch: str
    word: Literal["accept", "exclude"]
    reason: str
    by: str
    at: datetime
    profile: StoredFile | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says, before it is known whether there is such a run."""

    word: Literal["accept", "exclude"]
    reason: str
    by: str
    at: datetime


def decided(disk: Disk, layout: Layout) -> dict[str, Decision]:
    """The last decision on each run that there is one on, by the run's id.

    Raises StorageError when one of them cannot be read: nobody knows then which runs count.
    """
    found = sorted(_decisions(disk, layout), key=lambda decision: decision.at)
    return {decision.run_id: decision for decision in found}


def decide(disk: Disk, layout: Layout, *, batch: str, run_id: str, said: Said) -> Decision:
    """The decision stands, durably, behind those that were made before.

    Raises UsageError for a run of which there is no profile, and for a reason without words.
    """
    if not said.reason.strip():
        raise UsageError(
            "a decision without a reason", "--reason", repr(said.reason), "a few words"
        )
    profile = _profile_of(disk, layout, batch, run_id)
    make_folders(disk, layout.decisions)
    stem = f"{said.at:%Y%m%dT%H%M%S%f}-{unused_name()}"
    kept = profile and _kept(disk, layout, stem, profile)
    decision = Decision(
        run_id, batch, said.word, said.reason.strip(), said.by, said.at, kept or None
    )
    put(disk, layout.decisions / f"{stem}.json", _adapter().dump_json(decision, indent=1))
    return decision


def _profile_of(disk: Disk, layout: Layout, batch: str, run_id: str) -> bytes:
    """The bytes of a held run's profile, none of a published run; UsageError where neither has one."""
    entries = [entry for entry in log.entries(disk, layout, batch) if entry.run_id == run_id]
    if any(entry.profile for entry in entries):
        return b""
    plans = layout.plans(batch)
    for name in reversed(disk.list(plans)):
        space = Workspace(plans / name, unused_name(), disk)
        if space.last_run() == run_id and disk.exists(space.folder / PROFILE):
            return disk.read(space.folder / PROFILE)
    raise _no_profile(run_id, batch, entries, list(_known(disk, layout, batch)))


def _known(disk: Disk, layout: Layout, batch: str) -> Iterator[str]:
    """The runs of the batch that can be decided on."""
    for entry in log.entries(disk, layout, batch):
        if entry.profile:
            yield entry.run_id
    for name in disk.list(layout.plans(batch)):
        space = Workspace(layout.plans(batch) / name, unused_name(), disk)
        if disk.exists(space.folder / PROFILE):
            yield space.last_run() or ""


def _no_profile(run_id: str, batch: str, entries: list[LogEntry], known: list[str]) -> UsageError:
    what = "no such run" if not entries else "the run was published before runs kept a profile"
    names = list(dict.fromkeys(filter(None, known)))
    return UsageError(
        f"{what}: nothing tells what its rows looked like",
        f"batch {batch}",
        run_id,
        listed(names) or "a run that was published or held, whose columns were described",
        did_you_mean(run_id, names) or "seawall runs lists them",
    )


def _kept(disk: Disk, layout: Layout, stem: str, payload: bytes) -> StoredFile:
    """The profile beside the decision, under a name that was never used."""
    path = layout.decisions / f"{stem}.{_KEPT}"
    put(disk, path, payload)
    name = path.relative_to(layout.state).as_posix()
    return StoredFile(name, hashlib.sha256(payload).hexdigest(), len(payload), 0)


def _decisions(disk: Disk, layout: Layout) -> Iterator[Decision]:
    for name in disk.list(layout.decisions):
        if name.endswith(".json") and not name.startswith("."):
            yield _read(layout.decisions / name, disk.read)


def _read(path: Path, read: Callable[[Path], bytes]) -> Decision:
    try:
        decision = _adapter().validate_json(read(path))
    except ValidationError as error:
        raise _torn(path, str(error.errors(include_url=False)[0]["msg"])) from None
    own = decision.profile is None or _OWN_PATH.fullmatch(decision.profile.path)
    if decision.at.tzinfo is None or not own:
        raise _torn(path, f"at {decision.at}, profile {decision.profile}")
    return decision


def _torn(path: Path, seen: str) -> StorageError:
    return StorageError(
        "a decision on a run is torn or was changed",
        str(path),
        seen,
        "the decision as it was written",
        "restore the file from a backup, or remove it and decide again",
    )


@cache
def _adapter() -> TypeAdapter[Decision]:
    return TypeAdapter(Decision)
