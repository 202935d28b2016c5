"""One worker process, seen from its parent."""

from __future__ import annotations

import os
import signal
from concurrent.futures import Future, wait
from typing import Any

from seawall.contracts import Cause
from seawall.workers.child import answer, hold, settle
from seawall.workers.limits import environment

__all__ = ["WorkerKilledError", "WorkerProcess"]

_LAST_WORDS_S = 0.5
"""How long a process that hangs has to write down where."""


class WorkerKilledError(Exception):
    """A worker process ended without an answer; `reason` says how."""

    def __init__(self, reason: str, cause: Cause = "crashed") -> None:
        super().__init__(reason)
        self.reason, self.cause = reason, cause


class WorkerProcess:
    """A process that holds a work and answers one item at a time; started when it is needed.

    It is a loky pool of one: in a pool of several, one death fails the items of all. All methods
    but `kill` belong to the one thread that owns it, which must outlive the process: Linux counts
    the end of the thread that started a process as the death of its parent.
    """

    def __init__(self, inner_threads: int, limit_s: float | None = None) -> None:
        self._inner_threads, self._limit_s = inner_threads, limit_s
        self._pool: Any = None
        self._process: Any = None
        self._holds: bytes | None = None

    def hold(self, pickled: bytes) -> None:
        """A living process holds the work; it is sent only to one that does not hold it yet."""
        if self._process is not None and self._process.exitcode is not None:
            self.close()
        if self._holds is not pickled:
            self._call(hold, pickled, self._inner_threads)
            self._holds = pickled

    def answer(self, item: Any) -> Any:
        """The work's result; WorkerKilledError when the process died under it, or took too long.

        One that takes too long writes the stacks of its threads to stderr first.
        """
        return self._call(answer, item, self._limit_s, within_s=self._limit_s)

    def kill(self) -> None:
        """The process is killed, if there is one; from any thread."""
        process = self._process
        if process is not None and process.exitcode is None:
            os.kill(process.pid, signal.SIGKILL)

    def close(self) -> int | None:
        """There is no process; the exit code of the one that was."""
        pool, process = self._pool, self._process
        self._pool = self._process = self._holds = None
        if pool is not None:
            pool.shutdown(wait=True)
        return None if process is None else process.exitcode

    def _call(self, function: Any, *values: Any, within_s: float | None = None) -> Any:
        from joblib.externals.loky.process_executor import TerminatedWorkerError

        future = self._submit(function, *values)
        try:
            return future.result(None if within_s is None else within_s + _LAST_WORDS_S)
        except TerminatedWorkerError:
            raise _killed(self.close()) from None
        except TimeoutError:
            if future.done():  # the work's own
                raise
            self._end(future)
            raise WorkerKilledError(_too_long(within_s), "hung") from None

    def _end(self, future: Future[Any]) -> None:
        """The process was killed, and there is none any more."""
        self.kill()
        wait([future])
        self.close()

    def _submit(self, function: Any, *values: Any) -> Any:
        if self._pool is None:
            self._pool = _pool(self._inner_threads)
        future = self._pool.submit(function, *values)
        if self._process is None:
            # loky tells its processes to nobody; without one there is no exit code and no kill.
            self._process = next(iter(self._pool._processes.values()), None)  # noqa: SLF001
        return future


def _pool(inner_threads: int) -> Any:
    from joblib.externals.loky import ProcessPoolExecutor

    return ProcessPoolExecutor(
        max_workers=1,
        initializer=settle,
        initargs=(os.getpid(),),
        env=environment(inner_threads),
    )


def _too_long(limit_s: float | None) -> str:
    return f"the chunk took longer than execution.attempt_timeout, {limit_s:g} s"


def _killed(exit_code: int | None) -> WorkerKilledError:
    cause: Cause = "killed" if exit_code == -signal.SIGKILL else "crashed"
    return WorkerKilledError(_reason(exit_code), cause)


def _reason(exit_code: int | None) -> str:
    if exit_code is None:
        return "the worker died, nobody knows of what"
    if exit_code >= 0:
        return f"the worker exited with code {exit_code}"
    name = signal.Signals(-exit_code).name
    hint = ", as the kernel does when memory runs out" if name == "SIGKILL" else ""
    return f"the worker was killed by {name}{hint}"
