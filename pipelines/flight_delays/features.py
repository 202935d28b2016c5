"""Stages: what is known of a flight when it leaves the gate, as numbers for the model.

The prediction is made at departure. `dep_time` and `dep_delay` are known then; `arr_time`, `arr_delay`
and `air_time` are not, and no stage may read them.
"""

from __future__ import annotations

import pandas as pd

import seawall

__all__ = ["NEW_YORK", "add_calendar", "add_plane_age", "add_schedule"]

NEW_YORK = "America/New_York"
_NEW_YORK_OFFSET_H = -5.0
_DAY_MIN = 1440.0


@seawall.stage(needs=["{column}"], adds=["weekday"])
def add_calendar(frame: pd.DataFrame, *, column: str, timezone: str) -> pd.DataFrame:
    """`weekday` is the local day of the week of `column`, 0 on Mondays.

    `column` holds timestamps with a time zone. The result is float64, so that a chunk with a null has
    the same type as one without.
    """
    weekday = frame[column].dt.tz_convert(timezone).dt.day_of_week
    return frame.assign(weekday=weekday.astype("float64"))


@seawall.stage(
    needs=["sched_dep_time", "sched_arr_time", "dest_tz"], adds=["sched_minute", "block_minutes"]
)
def add_schedule(frame: pd.DataFrame) -> pd.DataFrame:
    """`sched_minute` is the minute of the planned departure, `block_minutes` the planned flight's length.

    A flight's length is from gate to gate; its minute counts from midnight in New York. Planned times are local clock readings (1745 is 17:45), and `dest_tz` is the destination's hours from
    UTC in winter; null where it is unknown, and then `block_minutes` is null too. Where clocks are not
    changed in summer (Phoenix, Honolulu) it is an hour off in summer: the same for every flight there.
    """
    leaves = _minutes(frame["sched_dep_time"])
    arrives = _minutes(frame["sched_arr_time"])
    ahead = (frame["dest_tz"].astype("float64") - _NEW_YORK_OFFSET_H) * 60.0
    # Two days are added, so that the remainder is of a positive number, which all libraries agree on.
    block = (arrives - leaves - ahead + 2 * _DAY_MIN) % _DAY_MIN
    return frame.assign(sched_minute=leaves, block_minutes=block)


@seawall.stage(needs=["year", "plane_year"], adds=["plane_age"])
def add_plane_age(frame: pd.DataFrame) -> pd.DataFrame:
    """`plane_age` is the plane's age in years, float64; null where its year of building is unknown."""
    year = frame["year"].astype("float64")
    return frame.assign(plane_age=year - frame["plane_year"].astype("float64"))


def _minutes(clock: pd.Series) -> pd.Series:
    """Minutes since midnight, float64, of clock readings such as 1745."""
    values = clock.astype("float64")
    return values - 40.0 * (values // 100.0)
