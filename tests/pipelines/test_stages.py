"""The stages' laws, and what they compute."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from pipelines.flight_delays.features import (
    NEW_YORK,
    add_calendar,
    add_plane_age,
    add_schedule,
)
from seawall.testing import check_stage

Stage = Callable[..., pd.DataFrame]
STAGES: list[tuple[Stage, dict[str, Any]]] = [
    (add_calendar, {"column": "time_hour", "timezone": NEW_YORK}),
    (add_schedule, {}),
    (add_plane_age, {}),
]
every_stage = pytest.mark.parametrize(("stage", "given"), STAGES)


@every_stage
def test_every_stage_keeps_the_laws(
    stage: Stage, given: dict[str, Any], joined: pd.DataFrame
) -> None:
    """Rows of two days of which the first are known whole, and the last lack their weather."""
    some = pd.concat([joined.head(20), joined.tail(20)])

    check_stage(stage, some, key="flight_id", **given)


@every_stage
def test_nullable_integers_give_the_same_numbers(
    stage: Stage, given: dict[str, Any], joined: pd.DataFrame
) -> None:
    """A lookup's integers may come as Int64 with missing values."""
    masked = joined.astype({"plane_year": "Int64", "dest_tz": "Int64"})
    added = [name for name in stage(joined, **given).columns if name not in joined.columns]

    assert_frame_equal(
        stage(masked, **given)[added], stage(joined, **given)[added], check_exact=True
    )


def test_the_weekday_is_the_one_in_new_york() -> None:
    """Monday 20:00 in New York is Tuesday by UTC, and still a Monday."""
    hours = pd.to_datetime(["2013-07-02T00:00:00Z", "2013-07-02T04:00:00Z"], utc=True)
    frame = pd.DataFrame({"time_hour": hours.as_unit("us")})

    staged = add_calendar(frame, column="time_hour", timezone=NEW_YORK)

    assert staged["weekday"].tolist() == [0.0, 1.0]


def test_block_minutes_count_across_midnight_and_time_zones() -> None:
    """19:30 to 22:50 three hours behind takes 380 minutes; 23:59 to 04:01 in the own zone 242."""
    frame = pd.DataFrame(
        {"sched_dep_time": [1930, 2359], "sched_arr_time": [2250, 401], "dest_tz": [-8.0, -5.0]}
    )

    staged = add_schedule(frame)

    assert staged["sched_minute"].tolist() == [1170.0, 1439.0]
    assert staged["block_minutes"].tolist() == [380.0, 242.0]


def test_a_plane_of_unknown_age_has_none() -> None:
    """The age is the flight's year less the plane's, null where that is unknown."""
    frame = pd.DataFrame({"year": [2013, 2013], "plane_year": [1999.0, None]})

    age = add_plane_age(frame)["plane_age"]

    assert age[0] == 14
    assert pd.isna(age[1])
