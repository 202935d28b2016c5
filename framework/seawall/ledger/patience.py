"""Waiting for a ledger that somebody else is writing."""

from __future__ import annotations

from sqlalchemy.exc import OperationalError
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random

__all__ = ["is_locked", "patience"]


def is_locked(error: BaseException) -> bool:
    """Whether somebody else holds SQLite's write lock; it alone passes by waiting."""
    return isinstance(error, OperationalError) and "locked" in str(error.orig)


def patience(seconds: float) -> Retrying:
    """Calls what it is given again, for so long, while the ledger is locked; then raises."""
    return Retrying(
        retry=retry_if_exception(is_locked),
        stop=stop_after_delay(seconds),
        wait=wait_random(0.01, 0.1),
        reraise=True,
    )
