"""What the gate refused and a person may still release: each file that was judged is as it was then."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from seawall.contracts import LogEntry, StoredFile
from seawall.fsck.problem import Problem, fault
from seawall.staging import PROFILE, Workspace

__all__ = ["damaged", "examine_refused", "is_open", "record", "stored"]

_AGAIN = "run the batch again: what is damaged is computed anew"


def record(space: Workspace) -> dict[str, Any] | None:
    """What was judged of the run that worked on the plan last; None where nothing whole tells it."""
    run_id = space.last_run()
    for payload in space.held():
        document = json.loads(payload)
        if isinstance(document, dict) and run_id in {None, document.get("run_id")}:
            return document
    return None


def is_open(space: Workspace, entries: Sequence[LogEntry]) -> bool:
    """Whether a person may release the plan: it is held, and nothing was committed since it was."""
    if space.outcome() != "held":
        return False
    if not entries:
        return True
    found = record(space)
    if found is not None:
        return bool(found.get("base") == entries[-1].version)
    return _ended(space, entries[-1].committed_at) >= entries[-1].committed_at


def examine_refused(space: Workspace) -> Iterator[Problem]:
    """What is wrong with the files of a plan that is held, as far as its record tells what they were."""
    whole = len(list(space.held()))
    names = [name for name in space.disk.list(space.folder) if name.startswith("held.")]
    found = record(space)
    if whole < len(names) or (found is None and space.disk.exists(space.folder / PROFILE)):
        yield fault(
            "plans",
            space.batch,
            "the record of what was judged is missing or damaged",
            space.folder,
            seen=f"{whole} of {len(names)} records are whole",
            allowed=f"the record of run {space.last_run()}, as it was written",
            todo=_AGAIN,
        )
    for whose, file in _judged(found or {}):
        if not space.verify(file):
            yield damaged(space, f"what was judged of {whose}", file)


def stored(document: Mapping[str, Any], *names: str) -> list[StoredFile] | None:
    """The files that the document names; None if it is none of ours. The first name has to be there."""
    try:
        return [
            _adapter().validate_python(document[name])
            for name in names
            if document.get(name) or name == names[0]
        ]
    except (ValidationError, KeyError):
        return None


def damaged(space: Workspace, what: str, file: StoredFile) -> Problem:
    """The fault of a plan's file that is not as it was stored."""
    path = space.folder / file.path
    return fault(
        "plans",
        space.batch,
        f"{what} is missing or damaged",
        path,
        seen=f"{space.disk.size(path):,} bytes, of another content"
        if space.disk.exists(path)
        else "missing",
        allowed=f"{file.bytes:,} bytes with sha256 {file.sha256}",
        todo=_AGAIN,
    )


def _judged(document: Mapping[str, Any]) -> Iterator[tuple[str, StoredFile]]:
    """Each file that was judged, and what it is of."""
    yield from (("the whole batch", file) for file in stored(document, "profile") or ())
    for chunk in document.get("chunks", ()):
        for file in stored(chunk, "receipt", "part", "quarantine") or ():
            yield f"chunk {chunk.get('name')}", file


def _ended(space: Workspace, otherwise: datetime) -> datetime:
    """When the plan ended."""
    try:
        document = json.loads(space.disk.read(space.folder / "outcome.json"))
        found = datetime.fromisoformat(document["at"])
    except (FileNotFoundError, ValueError, KeyError, TypeError, RecursionError):
        return otherwise
    return found if found.tzinfo is not None else otherwise


@cache
def _adapter() -> TypeAdapter[StoredFile]:
    return TypeAdapter(StoredFile)
