"""Row tests: which rows belong to the job, and which of them can be believed."""

from __future__ import annotations

import pandas as pd

from pipelines.flight_delays.features import NEW_YORK
from seawall.contracts import Context

__all__ = ["departed", "departs_in_batch"]


def departed(frame: pd.DataFrame) -> pd.Series:
    """True for flights that left the gate; a cancelled flight has no departure time."""
    return frame["dep_time"].notna()


def departs_in_batch(frame: pd.DataFrame, *, context: Context) -> pd.Series:
    """True for flights that were to leave on the batch's date in New York.

    The batch's key is a date, 2013-07-01; a month or a year works too. A flight at 20:00 in winter
    leaves at 01:00 UTC on the next day, so the date's ends are moved to UTC, not the flights to dates.
    A key that is no date raises ValueError.
    """
    period = pd.Period(context.batch)
    first = period.start_time.tz_localize(NEW_YORK)
    after = (period + 1).start_time.tz_localize(NEW_YORK)
    leaves = frame["time_hour"]
    return (leaves >= first) & (leaves < after)
