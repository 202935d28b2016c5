"""One worker process, seen from its parent."""

from __future__ import annotations

import os
import signal
from typing import Any

from seawall.workers.child import answer, hold, settle
from seawall.workers.limits import environment

__all__ = ["WorkerKilledError", "WorkerProcess"]


class WorkerKilledError(Exception):
    """A worker process ended without an answer; `reason` says how."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class WorkerProcess:
    """A process that holds a work and answers one item at a time; started when it is needed.

    It is a loky pool of one: in a pool of several, one death fails the items of all. All methods
    but `kill` belong to the one thread that owns it, which must outlive the process: Linux counts
    the end of the thread that started a process as the death of its parent.
    """

    def __init__(self, inner_threads: int) -> None:
        self._inner_threads = inner_threads
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
        """The work's result; WorkerKilledError when the process died under it."""
        return self._call(answer, item)

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

    def _call(self, function: Any, *values: Any) -> Any:
        from joblib.externals.loky.process_executor import TerminatedWorkerError

        try:
            return self._submit(function, *values).result()
        except TerminatedWorkerError:
            raise WorkerKilledError(_reason(self.close())) from None

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


def _reason(exit_code: int | None) -> str:
    if exit_code is None:
        return "the worker died, nobody knows of what"
    if exit_code >= 0:
        return f"the worker exited with code {exit_code}"
    name = signal.Signals(-exit_code).name
    hint = ", as the kernel does when memory runs out" if name == "SIGKILL" else ""
    return f"the worker was killed by {name}{hint}"
