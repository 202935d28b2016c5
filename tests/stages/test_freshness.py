"""The newest time of a chunk."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from seawall.stages.freshness import newest


def told(values: Any, zone: str | None = None) -> datetime | None:
    """The newest of these times."""
    times = pd.Series(values)
    return newest(times, times.index, zone)


@pytest.mark.parametrize(
    ("zone", "hour"), [(None, 12), ("UTC", 12), ("Europe/Berlin", 10), ("America/New_York", 16)]
)
def test_a_time_without_a_zone(zone: str | None, hour: int) -> None:
    """It is taken in the file's `timezone`, in UTC where there is none, and told in UTC."""
    times = pd.to_datetime(["2024-07-01T12:00", None, "2023-01-01T00:00"])

    assert told(times, zone) == datetime(2024, 7, 1, hour, tzinfo=UTC)


def test_a_time_with_a_zone_keeps_it() -> None:
    """The file's `timezone` does not touch times that say their own."""
    times = pd.to_datetime(["2024-07-01T12:00"]).tz_localize("Asia/Tokyo")

    assert told(times, "Europe/Berlin") == datetime(2024, 7, 1, 3, tzinfo=UTC)


@pytest.mark.parametrize("times", [[None, None], []])
def test_no_time(times: list[None]) -> None:
    """A column of nulls, or without rows, has none."""
    assert told(pd.to_datetime(times)) is None


def test_rows_that_left_do_not_count() -> None:
    """Only the rows that stay are looked at, however new the others are."""
    times = pd.Series(pd.to_datetime(["2024-01-01", "2099-01-01"]), index=[7, 8])

    assert newest(times, pd.Index([7]), None) == datetime(2024, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(("seconds", "year"), [(10**12, 9999), (-(10**12), 1)])
@pytest.mark.parametrize("zone", [None, "Asia/Tokyo"])
def test_times_that_python_does_not_know(seconds: int, year: int, zone: str | None) -> None:
    """They are the first or the last that it knows, and no error."""
    found = told(np.array([seconds], dtype="M8[s]"), zone)

    assert found is not None
    assert found.year == year
