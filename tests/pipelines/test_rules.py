"""The filter and the rule of the reference pipeline."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pytest

from pipelines.flight_delays.rules import departed, departs_in_batch
from seawall.contracts import Context
from seawall.testing import check_rule


def context_of(batch: str) -> Context:
    """A run's context with this batch."""
    return Context(pipeline="flight_delays", batch=batch, as_of=datetime(2013, 12, 31, tzinfo=UTC))


def leaving_at(*instants: str) -> pd.DataFrame:
    """Flights that leave at these instants, as the source reads them."""
    return pd.DataFrame({"time_hour": pd.to_datetime(list(instants), utc=True).as_unit("us")})


def test_a_cancelled_flight_has_not_departed() -> None:
    """The filter keeps exactly the flights that have a departure time."""
    assert departed(pd.DataFrame({"dep_time": [517.0, None]})).tolist() == [True, False]


def test_the_batch_is_a_day_in_new_york() -> None:
    """In winter the day begins at 05:00 UTC and ends before 05:00 UTC of the next."""
    frame = leaving_at(
        "2013-01-01T04:59:59Z",
        "2013-01-01T05:00:00Z",
        "2013-01-02T04:59:59Z",
        "2013-01-02T05:00:00Z",
    )

    passes = departs_in_batch(frame, context=context_of("2013-01-01"))

    assert passes.tolist() == [False, True, True, False]


def test_a_day_on_which_clocks_change_has_25_hours() -> None:
    """2013-11-03 begins in summer time and ends in winter time."""
    frame = leaving_at("2013-11-03T04:00:00Z", "2013-11-04T04:59:59Z", "2013-11-04T05:00:00Z")

    passes = departs_in_batch(frame, context=context_of("2013-11-03"))

    assert passes.tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("batch", "expected"), [("2013", [True, True]), ("2013-12", [False, True])]
)
def test_the_batch_may_be_a_month_or_a_year(batch: str, expected: list[bool]) -> None:
    """The last evening of December belongs to it, though it is January by UTC."""
    frame = leaving_at("2013-07-01T12:00:00Z", "2014-01-01T04:00:00Z")

    assert departs_in_batch(frame, context=context_of(batch)).tolist() == expected


def test_every_flight_is_in_the_batch_of_its_own_date(flights: pd.DataFrame) -> None:
    """By the airline's own date, 1,014 flights or fewer a day, none lands in another's batch."""
    for day, rows in flights.groupby(flights["flight_id"] // 10_000):
        batch = f"{pd.Timestamp(str(day)):%Y-%m-%d}"
        assert departs_in_batch(rows, context=context_of(batch)).all()


def test_the_filter_and_the_rule_keep_the_laws(flights: pd.DataFrame) -> None:
    """Any chunking, no rows and nulls alone are all the same to them."""
    some = flights.tail(40)  # the last of them were cancelled

    check_rule(departed, some, key="flight_id")
    check_rule(departs_in_batch, some, key="flight_id", context=context_of("2013-12-31"))
