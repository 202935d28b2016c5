"""How many threads the numerical libraries may use."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["environment", "limit_thread", "limited_process"]

_VARIABLES = (
    "BLIS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "OMP_NUM_THREADS",  # OpenMP's, and pyarrow's too
    "OPENBLAS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
_seen = threading.local()


def environment(threads: int) -> dict[str, str]:
    """The variables that a process needs before it imports numpy."""
    return dict.fromkeys(_VARIABLES, str(threads))


def limit_thread(threads: int) -> None:
    """Libraries that are loaded by now use `threads` threads when this thread calls them.

    OpenMP's limit belongs to the calling thread, BLAS's to the process. Cheap to call again (a look
    through the loaded libraries takes 4 ms and happens only if modules were imported meanwhile).
    """
    from threadpoolctl import threadpool_limits

    if getattr(_seen, "modules", None) != len(sys.modules):
        threadpool_limits(threads)
        _seen.modules = len(sys.modules)


@contextmanager
def limited_process(workers: int, threads: int) -> Iterator[None]:
    """BLAS uses `threads` threads a call and pyarrow's pool fits all workers, then as before."""
    import numpy as np  # noqa: F401 - its BLAS must be loaded to be limited
    import pyarrow as pa
    from threadpoolctl import threadpool_limits

    before = pa.cpu_count()
    pa.set_cpu_count(workers * threads)
    try:
        with threadpool_limits(threads, user_api="blas"):
            yield
    finally:
        pa.set_cpu_count(before)
