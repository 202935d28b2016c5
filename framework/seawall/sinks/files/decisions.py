"""What people decided of runs: which of them later runs may be compared with."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from seawall.contracts import LogEntry, StoredFile
from seawall.disk import Disk, unused_name
from seawall.durable import make_folders, put
from seawall.errors import StorageError, UsageError
from seawall.shown import line, listed
from seawall.sinks.files import log
from seawall.sinks.files.described import Described
from seawall.sinks.files.layout import Layout

__all__ = ["PROFILE", "Decision", "Said", "decide", "decided", "torn", "unnamed"]

PROFILE = "profile.json"
"""Where a plan's folder has the profile of a run that came to its end, published or held."""

_OWN_PATH = re.compile(r"decisions/[A-Za-z0-9][A-Za-z0-9._-]*")
_KEPT = "profile"
_STAMP = "%Y%m%dT%H%M%S%f"
_NAME = re.compile(r"(\d{8}T\d{12})\.(accept|exclude)\.(.+)\.([^.]+)\.[0-9a-f]+\.json")
"""Of a decision's file: when (UTC), which word, on which batch and run. It holds when the content is lost."""


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

    Of a file whose content is damaged the name is believed: the word on the run stands, without a
    reason and a profile. `torn` names such files.
    """
    return {one.run_id: one for _, one, _ in _decisions(disk, layout) if one is not None}


def torn(disk: Disk, layout: Layout) -> Iterator[str]:
    """Each decision that is not as it was written: its file, what was decided, what counts now."""
    for path, one, fault in _decisions(disk, layout):
        if fault:
            yield f"{layout.state.name}/decisions/{path.name}: {line(fault)}; {_meant(one)}"


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
    at = f"{said.at.astimezone(UTC):{_STAMP}}"
    stem = f"{at}.{said.word}.{batch}.{run_id}"
    kept = None if profile is None else _kept(disk, layout, f"{stem}.{unused_name()}", profile)
    decision = Decision(run_id, batch, said.word, said.reason.strip(), said.by, said.at, kept)
    payload = _adapter().dump_json(decision, indent=1)
    put(disk, layout.decisions / f"{stem}.{_digest(payload)}.json", payload)
    return decision


def unnamed(disk: Disk, layout: Layout) -> Iterator[Path]:
    """Each profile that no decision names: its decision was killed before it was written, or is gone."""
    found = _decisions(disk, layout)
    if any(fault for _, _, fault in found):  # a damaged decision may have named it
        return
    named = {one.profile.path for _, one, _ in found if one is not None and one.profile is not None}
    for name in disk.list(layout.decisions):
        path = layout.decisions / name
        own = name.endswith(f".{_KEPT}") and not name.startswith(".")
        if own and path.relative_to(layout.state).as_posix() not in named:
            yield path


def _profile_of(disk: Disk, layout: Layout, batch: str, run_id: str) -> bytes | None:
    """The bytes of a held run's profile, none of a published run; UsageError where neither has one."""
    entries = [entry for entry in log.entries(disk, layout, batch) if entry.run_id == run_id]
    if any(entry.profile for entry in entries):
        return None
    held = dict(_held(disk, layout, batch))
    if run_id not in held:
        published = (e.run_id for e in log.entries(disk, layout, batch) if e.profile)
        raise _no_profile(run_id, batch, entries, [*published, *held])
    return held[run_id]


def _held(disk: Disk, layout: Layout, batch: str) -> Iterator[tuple[str, bytes]]:
    """The profiles in the batch's plans, by the run that came to its end and wrote it."""
    for name in disk.list(layout.plans(batch)):
        try:
            payload = disk.read(layout.plans(batch) / name / PROFILE)
            yield Described.read(payload).run_id, payload
        except (FileNotFoundError, ValueError):
            continue


def _no_profile(run_id: str, batch: str, entries: list[LogEntry], known: list[str]) -> UsageError:
    what = "it did not come to its end" if not entries else "it was published without one"
    names = listed(dict.fromkeys(known))
    return UsageError(
        f"the run kept no profile: {what}, so nothing tells what its rows looked like",
        f"batch {batch}",
        run_id,
        names or "a run that was published or held, whose columns were described",
        "name one of these" if names else "seawall runs lists them",
    )


def _kept(disk: Disk, layout: Layout, stem: str, payload: bytes) -> StoredFile:
    """The profile beside the decision, under a name that was never used."""
    path, profile = layout.decisions / f"{stem}.{_KEPT}", Described.read(payload)
    put(disk, path, payload)
    name = path.relative_to(layout.state).as_posix()
    rows = profile.live.rows + profile.degraded.rows
    return StoredFile(name, hashlib.sha256(payload).hexdigest(), len(payload), rows)


def _decisions(disk: Disk, layout: Layout) -> list[tuple[Path, Decision | None, str]]:
    """Every file with its decision, the oldest first, and what is wrong with it; None of a foreign name."""
    names = [name for name in disk.list(layout.decisions) if not name.startswith(".")]
    paths = [layout.decisions / name for name in names if name.endswith(".json")]
    return sorted((_read(disk, path) for path in paths), key=_order)


def _order(found: tuple[Path, Decision | None, str]) -> tuple[datetime, str]:
    """By the time of the word."""
    path, decision, _ = found
    return (datetime.min.replace(tzinfo=UTC) if decision is None else decision.at), path.name


def _read(disk: Disk, path: Path) -> tuple[Path, Decision | None, str]:
    named = _named(path.name)
    if named is None:
        return path, None, "not the name of a decision"
    try:
        payload = disk.read(path)
        if not path.name.endswith(f".{_digest(payload)}.json"):
            return path, named, "its content was changed"
        decision = _adapter().validate_json(payload)
    except ValidationError as error:
        return path, named, str(error.errors(include_url=False)[0]["msg"])
    except (StorageError, FileNotFoundError) as error:
        return path, named, str(error)
    own = decision.profile is None or _OWN_PATH.fullmatch(decision.profile.path)
    same = decision.at.tzinfo is not None and _word(decision) == _word(named)
    return (path, decision, "") if own and same else (path, named, "its content was changed")


def _digest(payload: bytes) -> str:
    """What a decision's name says of its content, so that no byte of it changes unseen."""
    return hashlib.sha256(payload).hexdigest()[:16]


def _named(name: str) -> Decision | None:
    """What the name of the file says; None where it says nothing."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    stamp, word, batch, run_id = match.groups()
    try:
        at = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
    return Decision(run_id, batch, "accept" if word == "accept" else "exclude", "", "", at)


def _word(one: Decision) -> tuple[str, str, str, datetime]:
    return one.run_id, one.batch, one.word, one.at


def _meant(one: Decision | None) -> str:
    """What was decided, as far as the name tells."""
    if one is None:
        return "nothing is decided by it; remove it"
    again = (
        f'seawall reference {one.word} {one.run_id} --reason "…" says it anew, then remove the file'
    )
    if one.word == "exclude":
        return f"batch {one.batch}, run {one.run_id} stays excluded; {again}"
    return f"batch {one.batch}, run {one.run_id} was accepted, and does not count if it was held; {again}"


@cache
def _adapter() -> TypeAdapter[Decision]:
    return TypeAdapter(Decision)
