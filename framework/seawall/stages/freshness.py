"""The newest time of a column, by which the age of a batch is told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from seawall.config.contract import Freshness

__all__ = ["newest", "times_of"]

_FIRST, _LAST = (end.replace(tzinfo=UTC) for end in (datetime.min, datetime.max))  # noqa: DTZ901


def times_of(frame: pd.DataFrame, fresh: Freshness | None) -> pd.Series[Any] | None:
    """The column by which the batch's age is told, as it was before any stage; None without one."""
    return None if fresh is None else frame[fresh.column]


def newest(times: pd.Series[Any] | None, rows: pd.Index[Any], zone: str | None) -> datetime | None:
    """The newest of the times that these rows have, in UTC; None where there is none.

    Times without a zone are taken in `zone`, in UTC without one. A time that Python
    does not know is the nearest that it knows.
    """
    if times is None:
        return None
    kept = times if len(times) == len(rows) else times.loc[rows]
    aware = kept.dt.tz is not None
    top = (kept.dt.tz_convert(None) if aware else kept).max()  # Python's zones end with its years
    if pd.isna(top):
        return None
    if not _FIRST.year < top.year < _LAST.year:
        return _FIRST if top.year <= _FIRST.year else _LAST
    time: datetime = top.to_pydatetime(warn=False)
    return time.replace(tzinfo=ZoneInfo(zone) if zone and not aware else UTC).astimezone(UTC)
