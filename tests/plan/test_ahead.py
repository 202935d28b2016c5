"""The time from which ages are measured, and the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from seawall.contracts import Context
from seawall.errors import DataError
from seawall.plan.ahead import refuse_future

NOW = datetime(2024, 3, 1, 12, 0, tzinfo=UTC)


def context(ahead: timedelta) -> Context:
    """A batch whose ages are measured from so much later than now."""
    return Context("p", "b", NOW + ahead, key="id")


@pytest.mark.parametrize("minutes", [-1_000_000, 0, 5])
def test_a_time_that_two_clocks_may_differ_by(minutes: int) -> None:
    """The past, now, and five minutes from now are times to measure ages from."""
    refuse_future(context(timedelta(minutes=minutes)), NOW)


def test_a_time_to_come() -> None:
    """A later time is refused with both times and the difference."""
    with pytest.raises(DataError) as caught:
        refuse_future(context(timedelta(minutes=5, seconds=1)), NOW)

    assert caught.value.seen == (
        "2024-03-01T12:05:01+00:00, 5 min 1 s ahead of this machine's clock (2024-03-01T12:00:00+00:00)"
    )
