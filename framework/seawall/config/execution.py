"""`execution`: how a run uses the machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from seawall.config.faults import Fault, KeyPath, dotted
from seawall.config.places import Places
from seawall.config.scalars import Duration, Section, Share

__all__ = ["Execution", "Recheck", "execution_faults"]


class Recheck(Section):
    """On a resumed run, which share of the finished chunks is computed again and compared, one at least.

    Where another result comes out, the finished ones and the new ones do not belong together: that is
    a warning, or holds the result. `share: 0%` computes none again.
    """

    share: Share = 0.01
    on_difference: Literal["warn", "hold"] = "warn"


class Execution(Section):
    """How a run uses the machine; none of it changes a value.

    A worker process that needs more than `attempt_timeout` for a chunk, with the model's loading if it is
    its first, is killed, and the chunk is tried once more, alone.
    """

    executor: Literal["threads", "processes"] = "threads"
    workers: Annotated[int, Field(ge=1)] | None = None
    inner_threads: Annotated[int, Field(ge=1)] | None = None
    attempt_timeout: Duration | None = None
    recheck: Recheck = Recheck()


def execution_faults(execution: Execution, places: Places) -> Iterator[Fault]:
    """A limit of time that is none, or that nobody could keep."""
    path: KeyPath = ("execution", "attempt_timeout")
    if execution.attempt_timeout is None:
        return
    if not execution.attempt_timeout:
        todo = "leave it out, or give it some time"
        yield Fault(places.value(path), dotted(path), "no time at all", "0 seconds", todo=todo)
    if execution.executor == "threads":
        what = "attempt_timeout has no effect with threads: a thread cannot be killed"
        yield Fault(places.key(path), dotted(path), what, "threads", "executor: processes")
