"""Finished chunks of an interrupted run, some of which are computed again before the run goes on with them."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import numpy as np

from seawall.chunk import Again, compute_again
from seawall.contracts import ChunkRef, Executor, Finding, StoredFile, WorkerDeath
from seawall.outcome import ChunkFailure
from seawall.quarantine.source import QuarantineSource
from seawall.running.staged import Staged
from seawall.shown import line

__all__ = ["recheck"]

_WORDS = 300


def recheck(
    staged: Staged, executor: Executor, threads: int, stop: Callable[[], bool]
) -> tuple[Finding, ...]:
    """What is said of the chunks that came out otherwise; nothing where no chunk is reused.

    The share is `execution.recheck`'s, the chunks are evenly spread over the batch. A model that draws
    numbers, or a stage that asks for the time, would make a version of two halves that do not fit.
    """
    items = _sample(staged)
    work = functools.partial(compute_again, staged.plan, staged.workspace, threads=threads)
    told = [
        _difference(outcome, items) for outcome in executor.outcomes(work, items, stop) if items
    ]
    different = [words for words in told if words]
    if not items or stop():
        return ()
    seen = f"{len(items):,} of {len(staged.finished):,} reused chunks computed again"
    allowed = "what an earlier run made of them"
    if not different:
        return (Finding("recheck", "ok", None, seen, allowed, f"{seen}: all as before"),)
    hold = staged.plan.config.execution.recheck.on_difference == "hold"
    seen = f"{len(different):,} of {seen}: {line(different[0], _WORDS)}"
    message = f"chunks do not come out as they did when the run was interrupted: {seen}"
    return (Finding("recheck", "fail" if hold else "warn", None, seen, allowed, message),)


def _sample(staged: Staged) -> list[tuple[ChunkRef, StoredFile]]:
    """The chunks to be computed again, with their parts; those of a replay's version cannot be."""
    share = staged.plan.config.execution.recheck.share
    refs = [ref for ref in staged.plan.chunks if ref.name in staged.finished]
    if not share or not refs or isinstance(staged.plan.source, QuarantineSource):
        return []
    count = min(len(refs), math.ceil(share * len(refs)))
    places = np.linspace(0, len(refs) - 1, count).round().astype(int).tolist()
    return [(refs[place], staged.finished[refs[place].name].part) for place in places]


def _difference(
    outcome: Again | ChunkFailure | WorkerDeath, items: list[tuple[ChunkRef, StoredFile]]
) -> str:
    """What is different about the chunk, in words; '' where nothing is."""
    if isinstance(outcome, WorkerDeath):
        return f"chunk {items[outcome.item][0].name}: {outcome.reason}"
    if isinstance(outcome, ChunkFailure):
        return f"chunk {outcome.chunk} fails: {outcome.error.what}"
    return f"chunk {outcome.chunk}: {outcome.difference}" if outcome.difference else ""
