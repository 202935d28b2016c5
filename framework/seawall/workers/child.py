"""What runs in a worker process."""

from __future__ import annotations

import ctypes
import faulthandler
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

from seawall.workers.flood import Throttled
from seawall.workers.limits import limit_thread

__all__ = ["answer", "hold", "settle"]

_PR_SET_PDEATHSIG = 1
_POLL_S = 0.5
_STDERR = 2
_held: list[Callable[[Any], Any]] = []
_streams: list[Throttled] = []


def settle(parent: int) -> None:
    """This process leaves Ctrl-C to its parent and dies with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stdout, sys.stderr = _streams[:] = Throttled(sys.stdout), Throttled(sys.stderr)
    _keep_for_good()
    if sys.platform == "linux":  # needs no interpreter lock, so it works inside C code too
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def hold(pickled: bytes, inner_threads: int) -> None:
    """This process holds the work for the items that follow."""
    _held[:] = [pickle.loads(pickled)]  # noqa: S301 - the parent's own
    limit_thread(inner_threads)


def answer(item: Any, limit_s: float | None = None) -> Any:
    """The work's result for the item; what it raises survives the way back to the parent.

    After `limit_s` seconds the stacks of all threads are on stderr: the parent kills who hangs.
    """
    if (
        limit_s is not None
    ):  # in C, so that it works where foreign code holds the interpreter's lock
        faulthandler.dump_traceback_later(limit_s, file=_STDERR)
    try:
        return _held[0](item)
    except Exception as error:
        if _survives(error):
            raise
        told = "".join(traceback.format_exception(error))
        raise RuntimeError(f"the work raised an error that cannot be pickled:\n{told}") from None
    finally:
        for stream in _streams:
            stream.tell()
        faulthandler.cancel_dump_traceback_later()


def _survives(error: Exception) -> bool:
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    except Exception:  # noqa: BLE001 - pickling runs the error's own code
        return False
    return True


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_POLL_S)
    os._exit(1)


def _keep_for_good() -> None:
    # Where psutil happens to be installed, loky replaces a worker that has grown by 300 MB since
    # its first call, with a warning. A chunk may need that much more than the one before it.
    from joblib.externals.loky import process_executor

    process_executor._USE_PSUTIL = False  # noqa: SLF001 - loky has no switch for it
