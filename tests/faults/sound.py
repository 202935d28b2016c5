"""What must be true of a sink whatever happened to it, seen without the framework's own readers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["ends", "files", "log", "sound", "staged"]

Entry = dict[str, Any]


def log(folder: Path, batch: str) -> list[Entry]:
    """The batch's commits, oldest first, as they stand in its log."""
    found = sorted((_state(folder) / "log" / batch).glob("*.json"))
    return [json.loads(path.read_bytes()) for path in found]


def files(folder: Path) -> dict[str, str]:
    """The sha256 of every file that readers see."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): _sha256(path) for path in found}


def staged(folder: Path, batch: str) -> int:
    """How many finished chunks wait for the next run of the batch."""
    plans = _state(folder) / "plans" / batch
    waiting = (plan for plan in plans.glob("*") if not (plan / "outcome.json").exists())
    return sum(len(list((plan / "receipts").glob("*.json"))) for plan in waiting)


def ends(folder: Path, batch: str) -> list[str]:
    """How the batch's plans ended, oldest first; an interrupted one has no end."""
    found = sorted((_state(folder) / "plans" / batch).glob("*/outcome.json"))
    return [json.loads(path.read_bytes())["state"] for path in found]


def sound(folder: Path) -> None:
    """Every log is whole, its files are what it says, readers see its newest entry, rows add up."""
    batches = sorted(path.name for path in (_state(folder) / "log").glob("*"))
    published = {batch for batch in batches if log(folder, batch)}
    shown = {
        path.parent.name.removeprefix("batch=") for path in folder.rglob("*") if path.is_file()
    }

    assert shown == published
    for batch in published:
        assert list(_wrongs(folder, batch)) == []


def _wrongs(folder: Path, batch: str) -> Iterator[str]:
    entries = log(folder, batch)
    if [entry["version"] for entry in entries] != list(range(1, len(entries) + 1)):
        yield f"{batch}: the log has gaps"
    for entry in entries:
        account, said = entry["account"], entry["file"]
        rest = account["published"] + account["quarantined"] + account["filtered"]
        if account["read"] != rest or account["published"] != said["rows"]:
            yield f"{batch}: version {entry['version']} lost rows: {account}"
    if _sha256(_state(folder) / entries[-1]["file"]["path"]) != entries[-1]["file"]["sha256"]:
        yield f"{batch}: the newest version is not what was committed"
    seen = {_sha256(path) for path in (folder / f"batch={batch}").iterdir()}
    if seen != {entries[-1]["file"]["sha256"]}:
        yield f"{batch}: readers do not see the newest version"


def _state(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.seawall")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
