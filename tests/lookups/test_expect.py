"""What is no answer although the upstream answered: too few rows, too old, too empty."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from seawall.config.lookups import Expect
from seawall.errors import UnavailableError
from seawall.lookups.expect import Clock, held_to, holes, newest, same_in_a_row, unchanged
from seawall.lookups.measures import age, percent

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=300)


def expected(
    rows: int = 1,
    *,
    dated: datetime | None = None,
    carried: datetime | None = None,
    **said: Any,
) -> None:
    """The table is held to it, at a run for noon that happens 300 days later."""
    expect = Expect.model_validate(said)
    table = pa.table({"v": pa.nulls(rows)})
    held_to(expect, table, dated=dated, carried=carried, clock=Clock(NOON, LATER))


def test_too_few_rows() -> None:
    """An answer with fewer rows than declared is none; with as many it is."""
    expected(3, min_rows=3)
    with pytest.raises(UnavailableError, match="too few rows") as caught:
        expected(2, min_rows=3)

    assert (caught.value.seen, caught.value.allowed) == ("2 rows", "at least 3")


def test_stale_by_the_rows_own_times() -> None:
    """Rows that say when they are from are measured against the run's as_of."""
    expected(dated=NOON - timedelta(hours=36), max_staleness="36h")
    with pytest.raises(UnavailableError, match="stale") as caught:
        expected(dated=NOON - timedelta(hours=37), max_staleness="36h")

    assert (caught.value.seen, caught.value.allowed) == ("37 h old", "at most 36 h")


def test_stale_by_the_carrier() -> None:
    """What the server or the file says is measured against the clock, not against as_of."""
    expected(carried=LATER - timedelta(hours=1), max_staleness="2h")
    with pytest.raises(UnavailableError, match="stale"):
        expected(carried=NOON, max_staleness="2h")


def test_no_times_at_all() -> None:
    """An age that nobody knows is no age that may be trusted."""
    with pytest.raises(UnavailableError, match="nobody knows how old"):
        expected(max_staleness="2h")


def test_the_declared_column_decides() -> None:
    """When the declared column does not say, a fresh file is no excuse."""
    with pytest.raises(UnavailableError, match="nobody knows how old"):
        expected(carried=LATER, max_staleness="2h", as_of_column="at")


def null_share(values: list[Any], type_: pa.DataType, allowed: str) -> dict[str, str]:
    """The holes of a table with this column."""
    expect = Expect.model_validate({"max_null_share": {"v": allowed}})
    return holes(expect, pa.table({"v": pa.array(values, type_)}))


def test_shares_of_nulls() -> None:
    """One null in three is more than 33% and no more than 34%."""
    assert null_share([1.0, None, 2.0], pa.float64(), "34%") == {}
    assert null_share([1.0, None, 2.0], pa.float64(), "33%") == {
        "v": "33.33% of 'v' is null, at most 33% may be"
    }


def test_shares_as_they_were_written() -> None:
    """29 of 100 are 29%, although 0.29 × 100 is less than 29 for a computer."""
    values = [None] * 29 + ["x"] * 71

    assert null_share(values, pa.string(), "29%") == {}


def test_not_a_number_is_a_null() -> None:
    """NaN in a float column counts as null."""
    assert null_share([float("nan"), None], pa.float64(), "99%") != {}


@pytest.mark.parametrize("rows", [0])
def test_no_rows_have_no_nulls(rows: int) -> None:
    """A table without rows is the business of min_rows."""
    assert null_share([1.0] * rows, pa.float64(), "0%") == {}


@pytest.mark.parametrize(
    ("values", "type_", "found"),
    [
        ([NOON, None], pa.timestamp("us", tz="UTC"), NOON),
        ([datetime(2024, 3, 1, 12)], pa.timestamp("ns"), NOON - timedelta(hours=1)),  # noqa: DTZ001 - naive
        ([date(2024, 3, 1)], pa.date32(), datetime(2024, 3, 1, 22, 59, 59, 999_999, UTC)),
        (["2024-03-01 11:00", "2024-03-01T13:00:00"], pa.string(), NOON),
        (["2024-03-01T12:00:00Z"], pa.string(), NOON),
        (["2024-03-01T12:00:00Z"], pa.dictionary(pa.int32(), pa.string()), NOON),
        (["yesterday"], pa.string(), None),
        ([1709294400], pa.int64(), None),
        ([None], pa.timestamp("us"), None),
        ([], pa.string(), None),
    ],
)
def test_newest(values: list[Any], type_: pa.DataType, found: datetime | None) -> None:
    """The newest time, a naive one in the pipeline's zone; None for what is no time."""
    column = pa.chunked_array([pa.array(values).cast(type_) if values else pa.array([], type_)])

    assert newest(column, ZoneInfo("Europe/Rome")) == found


@pytest.mark.parametrize(
    ("earlier", "fails"),
    [(["a", "a", "b"], True), (["a"], False), (["a", "b", "a"], False), ([], False)],
)
def test_unchanged(earlier: list[str], *, fails: bool) -> None:
    """Content is unchanged when the last k batches that were published all had it."""
    assert (unchanged(2, same_in_a_row("a", earlier)) is not None) == fails


def test_shares_and_ages_in_words() -> None:
    """Almost all is not shown as all, and an age is shown in the unit that fits."""
    assert [percent(n) for n in (1, 0.5, 0.987, 0.999999, 0)] == [
        "100%",
        "50%",
        "98.7%",
        "99.9999%",
        "0%",
    ]
    assert [age(timedelta(seconds=n)) for n in (45, 720, 23_400, 259_200)] == [
        "45 s",
        "12 min",
        "6.5 h",
        "3 days",
    ]
