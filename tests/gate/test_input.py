"""The gate on the input as a whole: how many rows came, and how old they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from seawall.config.models import PipelineConfig
from seawall.contracts import Account, Finding
from seawall.errors import DataError
from seawall.gate import History, Totals, Verdict, judge
from seawall.profiles import Profile

AS_OF = datetime(2024, 3, 1, tzinfo=UTC)


def promising(**validate: Any) -> PipelineConfig:
    """A pipeline file that promises this of its input."""
    return PipelineConfig.model_validate(
        {
            "pipeline": "p",
            "ingest": {"primary": {"type": "parquet", "path": "d", "key": "k"}},
            "validate": validate,
            "predict": {"model": {"type": "sklearn", "path": "m"}, "outputs": ["p"]},
            "publish": {"type": "files", "path": "out"},
        }
    )


def verdict(
    config: PipelineConfig, *, rows: int = 100, before: Any = (), newest: datetime | None = None
) -> Verdict:
    """What the gate says of so many rows, after batches with so many."""
    empty: dict[str, Any] = {"filtered": {}, "quarantined": {}, "warned": {}, "nulls": {}}
    totals = Totals(Account(rows, rows), **empty, profile=Profile(0, {}), newest=newest)
    return judge(config, totals, history=History(rows=tuple(before), as_of=AS_OF))


def only(found: Verdict) -> Finding:
    """The only finding."""
    (finding,) = found.findings
    return finding


@pytest.mark.parametrize(
    ("rows", "before", "held"),
    [
        (50, [100, 100, 100], False),
        (49, [100, 100, 100], True),
        (150, [100, 100, 100], False),
        (151, [100, 100, 100], True),
        (71, [1, 100, 105, 110, 10**6], False),
        (60, [110, 130, 110, 130], False),
        (59, [110, 130, 110, 130], True),
        (1, [0, 0, 0], True),
    ],
)
def test_rows_against_the_median(rows: int, before: list[int], *, held: bool) -> None:
    """The rows may be as far from the median as declared, in both directions, and not one farther."""
    found = verdict(promising(rows={"change": "50%"}), rows=rows, before=before)

    assert only(found).severity == ("fail" if held else "ok")
    assert isinstance(found.error, DataError) == held


def test_too_little_history() -> None:
    """With two batches to compare with, nothing fails, and a finding says that nothing was compared."""
    found = verdict(promising(rows={"change": "1%"}), rows=1, before=[1000, 1000])

    assert found.error is None
    assert only(found).severity == "ok"
    assert "compared with nothing yet: 2 published batches" in only(found).message


def test_a_truncated_file_is_told_in_numbers() -> None:
    """The error says how many came, how far that is from usual, and what is allowed."""
    found = verdict(promising(rows={"change": "50%"}), rows=30, before=[100, 90, 110])

    assert found.error is not None
    assert found.error.what == "the number of rows is far from the usual one"
    assert found.error.seen == "30 rows, 70% fewer than usual"
    assert found.error.allowed.startswith("at most 50% more or less than 100, the median of")


@pytest.mark.parametrize(
    ("age", "check", "severity"),
    [
        (timedelta(hours=36), "freshness", "ok"),
        (timedelta(hours=36, microseconds=1), "freshness", "fail"),
        (timedelta(0), "freshness", "ok"),
        (-timedelta(minutes=5), "freshness", "ok"),
        (-timedelta(minutes=5, microseconds=1), "future", "fail"),
    ],
)
def test_the_newest_time(age: timedelta, check: str, severity: str) -> None:
    """It may be as old as declared, and five minutes ahead of as_of; beyond either the input is bad."""
    wanted = promising(freshness={"column": "t", "max_age": "36h"})
    found = verdict(wanted, newest=AS_OF - age)

    assert (only(found).check, only(found).severity) == (check, severity)
    assert isinstance(found.error, DataError) == (severity == "fail")


def test_no_time_at_all() -> None:
    """A column of nulls has no age, and a check that cannot be made fails."""
    found = verdict(promising(freshness={"column": "t", "max_age": "36h"}))

    assert isinstance(found.error, DataError)
    assert only(found).check == "no time"


def test_an_empty_batch_that_is_allowed_has_no_age() -> None:
    """Where `rows: {min: 0}` lets an empty batch pass, freshness has nothing to say against it."""
    wanted = promising(rows={"min": 0}, freshness={"column": "t", "max_age": "36h"})

    assert verdict(wanted, rows=0).error is None


def test_ages_are_written_for_people() -> None:
    """An age has its two largest units."""
    wanted = promising(freshness={"column": "t", "max_age": "36h"})
    found = verdict(wanted, newest=AS_OF - timedelta(days=3, hours=2, minutes=9))

    assert found.error is not None
    assert found.error.seen.startswith("2024-02-26T21:51:00+00:00, 3 d 2 h before as_of 2024-03-01")
    assert found.error.allowed == "at most 1 d 12 h before as_of"
