"""A past in which an upstream had what it has now: how data that is stale without saying so looks."""

from __future__ import annotations

import json

from seawall.config.models import PipelineConfig
from seawall.contracts import LogEntry
from seawall.drills.ground import Spot
from seawall.drills.values import Case
from seawall.sinks.files import FilesSink

__all__ = ["repeated"]

_HEALTHY = 0


def repeated(config: PipelineConfig, batch: str, case: Case, spot: Spot) -> bool:
    """Whether the case's past now says that the lookup held the same in the batches before.

    Only for a stale lookup whose `max_unchanged` would see it, and where as many other batches were
    published: the check compares contents, so that no other way of being stale could show it.
    """
    name = case.part.partition("=")[2]
    if case.fault != "stale" or name not in config.ingest.lookups:
        return False
    most = config.ingest.lookups[name].expect.max_unchanged
    healthy = FilesSink(Spot(spot.sandbox, _HEALTHY).published).entries(batch)[-1]
    content, before = healthy.lookups.get(name, ""), _others(spot, batch)
    if most is None or not content or len(before) < most:
        return False
    for entry in before[:most]:
        _rewrite(spot, entry, name, content)
    return True


def _others(spot: Spot, batch: str) -> list[LogEntry]:
    """The newest commit of each other batch, newest first."""
    newest: dict[str, LogEntry] = {}
    for entry in FilesSink(spot.published).newest_first():
        if entry.batch != batch:
            newest.setdefault(entry.batch, entry)
    return list(newest.values())


def _rewrite(spot: Spot, entry: LogEntry, name: str, content: str) -> None:
    """The case's own copy of the commit; the sandbox's others keep theirs."""
    path = FilesSink(spot.published).layout.log(entry.batch) / f"{entry.version:08d}.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["lookups"] = {**document.get("lookups", {}), name: content}
    path.unlink()
    path.write_text(json.dumps(document), encoding="utf-8")
