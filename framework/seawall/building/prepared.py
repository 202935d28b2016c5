"""A batch through the stages for the sake of its columns: nothing of it is published, or stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

import pandas as pd

from seawall.chunk import Passed, passed
from seawall.disk import Disk
from seawall.events import Event
from seawall.models import Model, ModelPin, hold_golden, load
from seawall.plan import Plan
from seawall.plan.make import make_plan
from seawall.plan.plugged import refuse_misfits
from seawall.plan.upstreams import refuse_unserved
from seawall.running.deadline import Deadline
from seawall.running.order import Order
from seawall.running.reading import reading
from seawall.running.sampled import sampled
from seawall.running.spooled import spooled
from seawall.running.staged import Staged, stage
from seawall.running.tell import Teller
from seawall.runtime import Runtime, runtime_of, tests_of
from seawall.secrets import Redaction
from seawall.sinks.files import FilesSink, Holder
from seawall.workers.limits import limit_thread

__all__ = ["Models", "Prepared", "prepared"]

_THREADS = 1
"""A model that is called for a day's rows at a time waits longer for its threads than they save."""


class _Nobody:
    """Nobody is told: it is no run."""

    def emit(self, event: Event) -> None:
        """Nothing happens."""


class _ForNow(Disk):
    """What is written goes with the command: nothing waits for it to be on the device."""

    def fsync(self, file: IO[bytes]) -> None:
        """Nothing happens."""

    def fsync_folder(self, folder: Path) -> None:
        """Nothing happens."""


@dataclass(slots=True)
class Models:
    """The models of the batches, each loaded and proven once."""

    _loaded: dict[ModelPin, Model] = field(default_factory=dict)

    def of(self, plan: Plan) -> Model:
        """The plan's model, which predicts what its golden file expects; raises what `load` raises."""
        if plan.model not in self._loaded:
            declared = plan.config.predict
            model = load(declared, plan.model, threads=_THREADS)
            hold_golden(model, declared, plan.model, root=plan.root, batch=plan.context.batch)
            self._loaded[plan.model] = model
        return self._loaded[plan.model]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A batch whose input is found, whose lookups are pinned and whose model is loaded."""

    staged: Staged
    model: Model

    @property
    def batch(self) -> str:
        """The batch's key."""
        return self.staged.plan.context.batch

    @property
    def rows(self) -> int:
        """How many rows its input has."""
        return self.staged.plan.rows

    def frames(self) -> Iterator[pd.DataFrame]:
        """The rows that would be published, chunk by chunk, behind the last stage."""
        plan = self.staged.plan
        for ref in plan.chunks:
            limit_thread(_THREADS)
            yield _served_live(passed(plan, ref, self._runtime()))

    def sample(self, rows: int) -> pd.DataFrame:
        """So many of the rows, taken evenly, behind the last stage; the same ones each time."""
        plan = sampled(self.staged.plan, rows)
        limit_thread(_THREADS)
        # A row that repeats another is known by its number, and rows of a sample have other numbers.
        runtime = replace(self._runtime(), tests=tests_of(plan))
        return _served_live(passed(plan, plan.chunks[0], runtime))

    def _runtime(self) -> Runtime:
        return runtime_of(self.staged.plan, self.staged.workspace, model=self.model)


def prepared(order: Order, folder: Path, models: Models) -> Prepared:
    """The batch of the order, with all that its plan pins below `folder`, which is the caller's.

    Upstreams are read as a run reads them, except that there is no last known good. Raises what a
    run raises that cannot begin.
    """
    config = order.loaded.config
    refuse_unserved(order.loaded, order.env)
    teller = Teller(order.run_id, _Nobody(), order.now, Redaction.of(config, order.env))
    sink, holder = FilesSink(folder / "unpublished", disk=_ForNow()), Holder.here(order.run_id)
    with (
        reading(order, teller, Deadline()) as world,
        sink.claim(order.batch, holder) as claim,
    ):
        refuse_misfits(order.loaded, world.reader.calls)
        with spooled(claim, world) as spool:
            path = None if spool is None else spool.path
            plan = make_plan(order.loaded, order.batch, now=order.now, spool=path)
            model = models.of(plan)
            return Prepared(stage(plan, claim, world, spool), model)


def _served_live(seen: Passed) -> pd.DataFrame:
    """The rows that no fallback served: a reference is what the world looks like."""
    degraded = seen.provenance.degraded
    return seen.sieve.frame[~degraded] if degraded.any() else seen.sieve.frame
