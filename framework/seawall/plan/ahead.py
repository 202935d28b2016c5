"""The time from which ages are measured is not ahead of the clock."""

from __future__ import annotations

from datetime import datetime

from seawall.contracts import Context
from seawall.errors import DataError
from seawall.gate.age import SKEW, span

__all__ = ["refuse_future"]


def refuse_future(context: Context, now: datetime) -> None:
    """`as_of` is at most five minutes ahead of the clock, or DataError.

    Measured from a later time, what is stale looks fresh for as long. It is the batch that is not
    over yet, or a clock that was set back.
    """
    ahead = context.as_of - now
    if ahead <= SKEW:
        return
    raise DataError(
        "as_of lies in the future",
        f"batch {context.batch}",
        f"{context.as_of.isoformat()}, {span(ahead)} ahead of this machine's clock ({now.isoformat(timespec='seconds')})",
        f"at most {span(SKEW)} ahead",
        "run the batch when it is over; or set the clock, or change as_of",
    )
