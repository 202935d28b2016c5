"""What bounds a run that waits for an upstream, or that its own code never ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from seawall.config.faults import KeyPath
from seawall.config.load import LoadedConfig
from seawall.drills.remedy import Remedy, at
from seawall.drills.upstreams import is_unbounded

__all__ = ["of_code", "of_upstream"]

_ATTEMPT, _RUN = "30s", "30m"


def of_upstream(loaded: LoadedConfig, kind: str, name: str) -> Remedy:
    """By the time that one attempt may take, where that has it read in a process that can be killed.

    Files of this machine that a run reads in place are bounded by the run's own deadline alone.
    """
    ingest = loaded.config.ingest
    if kind not in {"primary", "lookup"}:
        return _of_run(loaded)
    section = ingest.lookups[name] if kind == "lookup" else ingest.primary
    timed = section.model_copy(update={"attempt_timeout": timedelta(seconds=30)})
    if is_unbounded(name if kind == "lookup" else "", timed):
        return _of_run(loaded)
    path: KeyPath = ("ingest", "lookups", name) if kind == "lookup" else ("ingest", "primary")
    todo = f"attempt_timeout: {_ATTEMPT}, or limits: {{run_deadline: {_RUN}}}"
    return at(loaded, (*path, "attempt_timeout"), todo)


def of_code(loaded: LoadedConfig, content: Remedy) -> Remedy:
    """By the run's deadline, where stages or model never end on what they were given.

    `content` is what would have kept it from them: it comes second, or first where the deadline
    stands, which a drill does not wait for.
    """
    bound = _of_run(loaded)
    if loaded.config.limits.run_deadline is not None or content.key == bound.key:
        return content
    said = content.todo.replace("…", content.entry) if content.entry else content.todo
    processes = "or execution: {executor: processes, attempt_timeout: 5m}"
    more = f"`{content.key}` would keep such rows from stages and model: {said}"
    return replace(bound, todo=f"{bound.todo}, {processes}; {more}")


def _of_run(loaded: LoadedConfig) -> Remedy:
    return at(loaded, ("limits", "run_deadline"), f"limits: {{run_deadline: {_RUN}}}")
