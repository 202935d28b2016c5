"""Waiting for a ledger that somebody else is writing."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from sqlalchemy.exc import OperationalError
from tenacity import retry, retry_if_exception, stop_after_delay, wait_random

__all__ = ["is_locked", "patiently"]

P = ParamSpec("P")
R = TypeVar("R")
_PATIENCE_S = 5


def is_locked(error: BaseException) -> bool:
    """Whether somebody else holds SQLite's write lock; it alone passes by waiting."""
    return isinstance(error, OperationalError) and "locked" in str(error.orig)


def patiently(function: Callable[P, R]) -> Callable[P, R]:
    """The function, tried again for 5 seconds while the ledger is locked."""
    return retry(
        retry=retry_if_exception(is_locked),
        stop=stop_after_delay(_PATIENCE_S),
        wait=wait_random(0.01, 0.1),
        reraise=True,
    )(function)
