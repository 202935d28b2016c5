"""What our rule says in full on the days when it alarms, and whether calibrating foretold how many there are."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from benchmarks.drift.timeline import MOST_PAST, ROLLING, WARM_UPS, batch_names, follower
from seawall.drift.calibrate import calibrated
from seawall.drift.settings import Settings

__all__ = ["calibrations", "explained"]

_AHEAD = 60
_EVERY = 30


def explained(table: str) -> pd.DataFrame:
    """One row an alarm of a column, in time order: the batch, how severe, the column, what was seen."""
    followed, dates = follower(table, WARM_UPS[0]), batch_names(table)
    rows = [
        (table, dates[day], finding.severity, finding.column or "rows", finding.message)
        for day in range(WARM_UPS[0], len(dates))
        for finding in followed.alarms(day, most=MOST_PAST)
    ]
    return pd.DataFrame(rows, columns=["table", "batch", "severity", "column", "message"])


def calibrations(table: str) -> pd.DataFrame:
    """Every 30 batches: the alarms that calibrating over the past foretells for the next 60, and those that came.

    `low` and `high` are the ends of the foretold interval, which holds 95 % of the numbers that may come.
    """
    columns = ["table", "batches", "rate", "low", "high", "came", "ahead"]
    return pd.DataFrame(_foretold(table), columns=columns)


def _foretold(table: str) -> Iterator[tuple[str, int, float, int, int, int, int]]:
    followed, batches = follower(table, WARM_UPS[0]), len(batch_names(table))
    alarms = [bool(followed.alarms(day, most=MOST_PAST)) for day in range(WARM_UPS[0], batches)]
    for day in range(2 * WARM_UPS[0], batches - _AHEAD + 1, _EVERY):
        past = [followed.past(d) for d in range(ROLLING, day)]
        told = calibrated(past, Settings())
        came = sum(alarms[day - WARM_UPS[0] :][:_AHEAD])
        yield (table, day, told.rate, *told.expected(_AHEAD), came, _AHEAD)
