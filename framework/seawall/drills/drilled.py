"""A drill, from its order to what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from seawall.config.load import LoadedConfig
from seawall.drills.carry import carry_out
from seawall.drills.catalogue import Chosen, cases
from seawall.drills.compared import published_rows
from seawall.drills.expected import differences
from seawall.drills.ground import Spot
from seawall.drills.left_out import left_out
from seawall.drills.result import Drilled
from seawall.drills.sandbox import Sandbox, sandbox
from seawall.drills.values import Case, Ended
from seawall.drills.weak import weaknesses
from seawall.errors import InterruptedRunError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Drill", "Watched", "drilled"]


@dataclass(frozen=True, slots=True)
class Drill:
    """What is to be drilled: a batch, of which at most so many rows, and the chosen parts and faults."""

    loaded: LoadedConfig
    batch: str
    what: Chosen
    rows: int


@dataclass(frozen=True, slots=True)
class Watched:
    """Who is told how a drill goes on: of its steps in words, of the number of cases, of each end."""

    step: Callable[[str], None]
    began: Callable[[int], None]
    ended: Callable[[Ended], None]


def drilled(
    order: Drill, *, env: Mapping[str, str], now: Callable[[], datetime], watched: Watched
) -> Drilled:
    """Every case was carried out in a sandbox, of which nothing is left.

    Raises what the live read or the healthy run failed of, and InterruptedRunError after a signal.
    """
    begun = time.monotonic()
    opened = sandbox(
        order.loaded, order.batch, rows=order.rows, env=env, now=now, tell=watched.step
    )
    with opened as box:
        planned = cases(order.loaded.config, box.primary, box.lookups, order.what, share=box.share)
        watched.began(len(planned))
        left_s = order.loaded.config.drill.deadline.total_seconds() - (time.monotonic() - begun)
        ended = _carried_out(box, planned, left_s, watched.ended)
        return _judged(order, box, planned, ended, seconds=time.monotonic() - begun)


def _carried_out(
    box: Sandbox, planned: Sequence[Case], seconds: float, tell: Callable[[Ended], None]
) -> tuple[Ended, ...]:
    found = []
    for end in carry_out(box, planned, seconds=max(seconds, 0.0), stop=box.stop):
        found.append(end)
        tell(end)
    if box.stop():
        raise InterruptedRunError("the drill was stopped", box.stop.signal_number)
    return tuple(found)


def _judged(
    order: Drill,
    box: Sandbox,
    planned: Sequence[Case],
    ended: tuple[Ended, ...],
    *,
    seconds: float,
) -> Drilled:
    loaded, tried = order.loaded, {end.case for end in ended}
    left = left_out(loaded.config, order.what, planned, share=box.share)
    return Drilled(
        config=str(loaded.path),
        pipeline=loaded.config.pipeline,
        batch=order.batch,
        rows=len(box.primary),
        healthy=box.healthy,
        ended=ended,
        weaknesses=weaknesses(loaded, box.healthy, ended, _tables(box)),
        differences=differences(loaded, ended, order.what, left),
        untried=tuple(case for case in planned if case not in tried),
        left_out=left,
        scaled=box.scaled,
        seconds=seconds,
    )


def _tables(box: Sandbox) -> dict[str, pa.Table]:
    """What was recorded, by part; what the healthy run published as `model`."""
    import pyarrow as pa

    healthy = published_rows(Spot(box.folder, 0))
    lookups = {f"lookup={name}": table for name, table in box.lookups.items()}
    predictions = pa.Table.from_pandas(healthy, preserve_index=False)
    return {**lookups, "primary": box.primary, "model": predictions}
