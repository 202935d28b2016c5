"""Calls for which memory runs out: tried again on fewer rows at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pandas as pd

from seawall.calling import placed
from seawall.errors import SoftwareError

__all__ = ["in_halves", "out_of_memory"]

T = TypeVar("T")
_HALVINGS = 2


def in_halves(
    call: Callable[[pd.DataFrame], T],
    frame: pd.DataFrame,
    join: Callable[[list[T]], T],
    *,
    halvings: int = _HALVINGS,
) -> T:
    """What the call makes of the frame; where memory runs out, of its halves or quarters, joined.

    Raises MemoryError when it runs out for a quarter, too.
    """
    try:
        return call(frame)
    except MemoryError:
        if not halvings or len(frame) <= 1:
            raise
    # Behind the handler, so that what the failed call held is free again.
    middle = len(frame) // 2
    halves = (frame.iloc[:middle], frame.iloc[middle:])
    return join([in_halves(call, half, join, halvings=halvings - 1) for half in halves])


def out_of_memory(name: str, error: MemoryError, rows: int) -> SoftwareError:
    """The error of a call for which memory ran out whatever was tried."""
    return SoftwareError(
        "memory ran out",
        placed(name, error),
        f"{rows:,} rows, and fewer of them at a time",
        todo="smaller chunk_rows or fewer workers; or mend the function if it takes more and more",
    )
