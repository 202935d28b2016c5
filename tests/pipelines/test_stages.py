"""The stages' laws, and what they compute."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from functools import partial

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from pipelines.flight_delays.features import (
    NEW_YORK,
    add_calendar,
    add_plane_age,
    add_schedule,
)

Stage = Callable[[pd.DataFrame], pd.DataFrame]
STAGES = [
    pytest.param(partial(add_calendar, column="time_hour", timezone=NEW_YORK), id="add_calendar"),
    pytest.param(add_schedule, id="add_schedule"),
    pytest.param(add_plane_age, id="add_plane_age"),
]
every_stage = pytest.mark.parametrize("stage", STAGES)


@every_stage
@pytest.mark.parametrize("rows", [1, 7, 500])
def test_any_chunking_gives_the_same_frame(stage: Stage, rows: int, joined: pd.DataFrame) -> None:
    """A stage's result for a row does not depend on the rows beside it."""
    some = joined.head(1_000) if rows == 1 else joined
    parts = [stage(some.iloc[at : at + rows]) for at in range(0, len(some), rows)]

    assert_frame_equal(pd.concat(parts), stage(some), check_exact=True)


@every_stage
def test_no_rows_give_no_rows_of_the_same_types(stage: Stage, joined: pd.DataFrame) -> None:
    """A stage is at home with a chunk without rows, and its types are the usual ones."""
    empty = stage(joined.head(0))

    assert len(empty) == 0
    assert empty.dtypes.equals(stage(joined).dtypes)


@every_stage
def test_columns_of_nulls_give_nulls_of_the_same_types(stage: Stage, joined: pd.DataFrame) -> None:
    """Where everything that a lookup adds is null, and the time too, types are the usual ones."""
    nulls = joined.assign(
        time_hour=pd.Series(pd.NaT, joined.index, dtype=joined["time_hour"].dtype),
        plane_year=float("nan"),
        dest_tz=float("nan"),
    )

    assert stage(nulls).dtypes.equals(stage(joined).dtypes)


@every_stage
def test_nullable_integers_give_the_same_numbers(stage: Stage, joined: pd.DataFrame) -> None:
    """A lookup's integers may come as Int64 with missing values."""
    masked = joined.astype({"plane_year": "Int64", "dest_tz": "Int64"})
    added = [name for name in stage(joined).columns if name not in joined.columns]

    assert_frame_equal(stage(masked)[added], stage(joined)[added], check_exact=True)


@every_stage
def test_a_stage_leaves_its_input_and_its_index_alone(stage: Stage, joined: pd.DataFrame) -> None:
    """Rows keep their order and index, and the frame that was given is unchanged."""
    before = joined.copy(deep=True)

    assert stage(joined).index.equals(before.index)
    assert_frame_equal(joined, before, check_exact=True)


@every_stage
def test_a_stage_can_be_sent_to_a_worker(stage: Stage, joined: pd.DataFrame) -> None:
    """A pickled stage does the same, and does it the same twice."""
    sent = pickle.loads(pickle.dumps(stage))

    assert_frame_equal(sent(joined), stage(joined), check_exact=True)


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
