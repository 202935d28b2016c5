"""The past that a run is judged by, copied from production: commits, profiles, decisions."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from seawall.config.load import LoadedConfig
from seawall.contracts import LogEntry
from seawall.running.execute import sink_of
from seawall.sinks.files import FilesSink

__all__ = ["copy_past", "link_tree"]

_ENTRIES = 200
"""The commits looked at, newest first: drift and the gate look back over about seventy batches."""


def copy_past(loaded: LoadedConfig, batch: str, target: Path) -> None:
    """The state folder `target` has the newest commits of other batches, with what describes them.

    Files that were published are copied only of the batch beside this one, which means may be
    compared with. Production is only read.
    """
    sink = sink_of(loaded.config, loaded.root)
    state = sink.layout.state
    for path in _wanted(sink, batch):
        into = target / path.relative_to(state)
        into.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file():
            shutil.copy2(path, into)
    if sink.layout.decisions.is_dir():
        shutil.copytree(sink.layout.decisions, target / "decisions", dirs_exist_ok=True)
    target.mkdir(exist_ok=True)


def link_tree(source: Path, target: Path) -> None:
    """`target` has every file of `source` under a second name; what is removed there is there alone."""
    target.mkdir(parents=True, exist_ok=True)
    for entry in os.scandir(source):
        if entry.is_dir():
            link_tree(Path(entry.path), target / entry.name)
        else:
            os.link(entry.path, target / entry.name)


def _wanted(sink: FilesSink, batch: str) -> Iterator[Path]:
    """The files in the state folder that say what the past was like."""
    layout, kept = sink.layout, list[LogEntry]()
    others = (entry for entry in sink.newest_first() if entry.batch != batch)
    for entry in islice(others, _ENTRIES):
        kept.append(entry)
        yield layout.log(entry.batch) / f"{entry.version:08d}.json"
        if entry.profile is not None:
            yield layout.state / entry.profile.path
    beside = _beside(kept, batch)
    if beside is not None:
        yield layout.published(beside)


def _beside(entries: list[LogEntry], batch: str) -> LogEntry | None:
    """The newest entry of the batch that a run of this one would look at: the one before by name."""
    before = [entry.batch for entry in entries if entry.batch < batch]
    after = [entry.batch for entry in entries if entry.batch > batch]
    name = max(before, default=min(after, default=""))
    return next((entry for entry in entries if entry.batch == name), None)
