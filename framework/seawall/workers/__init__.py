"""Who does the work: threads or processes of this machine, behind one small contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

from seawall.contracts import Executor
from seawall.errors import UsageError
from seawall.workers.cores import cores

__all__ = ["Kind", "budget", "cores", "open_executor"]

Kind = Literal["threads", "processes"]


def open_executor(
    kind: Kind,
    *,
    workers: int,
    inner_threads: int,
    notify: Callable[[int, str], None],
    limit_s: float | None = None,
) -> Executor:
    """An executor of `workers` workers with `inner_threads` threads each; enter it to use it.

    `notify(item, reason)` is called, in the consumer's thread, when an item is tried again because
    its worker died; with threads that does not happen. A worker process that takes longer than
    `limit_s` seconds for an item is killed; a thread cannot be.
    """
    _refuse_impossible(kind, workers, inner_threads)
    if kind == "threads":
        from seawall.workers.threads import ThreadExecutor

        return ThreadExecutor(workers, inner_threads)
    from seawall.workers.processes import ProcessExecutor

    return ProcessExecutor(workers, inner_threads, notify, limit_s=limit_s)


def budget(kind: Kind, workers: int | None, inner: int | None, cores: int) -> tuple[int, int]:
    """How many workers with how many threads each: their product is at most `cores`.

    What is given is taken as it is, so only somebody who gives too much gets too much.
    """
    _refuse_impossible(kind, workers, inner)
    if workers is None:
        workers = max(1, cores // (inner or 1))
    return workers, inner or max(1, cores // workers)


def _refuse_impossible(kind: str, workers: int | None, inner: int | None) -> None:
    if kind not in get_args(Kind):
        allowed = " or ".join(get_args(Kind))
        raise UsageError("no such executor", "execution.executor", repr(kind), allowed)
    for name, count in (("workers", workers), ("inner_threads", inner)):
        if count is not None and count < 1:
            raise UsageError(
                f"no {name} to work with", f"execution.{name}", str(count), "1 or more"
            )
