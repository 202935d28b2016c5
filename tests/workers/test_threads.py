"""What only threads do."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pyarrow as pa
from threadpoolctl import threadpool_info

Opened = Callable[..., Any]


def test_the_libraries_get_their_threads_back(opened: Opened) -> None:
    """The pool of pyarrow and BLAS have the same threads after the executor as before it."""
    import numpy as np  # noqa: F401 - for its BLAS

    before = pa.cpu_count(), threadpool_info()

    with opened("threads", workers=3, inner_threads=1) as executor:
        list(executor.outcomes(abs, range(5), lambda: False))
        inside = pa.cpu_count()

    assert inside == 3
    assert (pa.cpu_count(), threadpool_info()) == before


def test_work_is_done_by_named_threads(opened: Opened) -> None:
    """A worker's thread can be told by its name, and it isn't the consumer's."""

    def work(_item: int) -> Any:
        return threading.current_thread().name

    with opened("threads", workers=2) as executor:
        names = set(executor.outcomes(work, range(20), lambda: False))

    assert names <= {"seawall-0", "seawall-1"}
