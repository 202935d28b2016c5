"""Values which are each allowed and cannot stand together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from seawall.config.crosscheck import cross_faults
from seawall.config.faults import Fault
from seawall.config.models import PipelineConfig
from seawall.config.places import Places, plain
from seawall.config.yaml import Text, parsed

WEATHER = "columns: [temp, wind]"
SECOND = """columns: [temp, wind]
    stations:
      type: csv
      path: data/stations.csv
      join: [dest]
      columns: [{}]"""
FILTER, KEY = "- use: pipelines.rules:departed", "validate.columns.flight_id."
VALUES = "- use: value_in\n      with: {column: origin, one_of: "
MEAN, PROMISED = "{mean: [0.1, 0.9]}", "check_output.distribution.p_late."
CONTRADICTIONS = [
    ("{p_late: 1}", "{p_late: 1, batch: 0}", "predict.outputs.batch", "reserved"),
    ("{p_late: 1}", "{p_late: 1, _degraded: 0}", "predict.outputs._degraded", "reserved"),
    ("{p_late: 1}", "{p_late: 1, flight_id: 0}", "predict.outputs.flight_id", "the key"),
    ("{p_late: 1}", "{p_late: 1, origin: 0}", "predict.outputs.origin", "a column of the contract"),
    (
        "{p_late: 1}",
        "{p_late: 1, wind: 0}",
        "predict.outputs.wind",
        "a column of the lookup weather",
    ),
    (WEATHER, "columns: [temp, flight_id]", "ingest.lookups.weather.columns.1", "the key"),
    (WEATHER, "columns: {temp: origin}", "ingest.lookups.weather.columns.temp", "joined by"),
    (
        WEATHER,
        "columns: [temp, temp]",
        "ingest.lookups.weather.columns.1",
        "added by the lookup weather",
    ),
    (WEATHER, "columns: [temp, batch]", "ingest.lookups.weather.columns.1", "reserved"),
    (
        WEATHER,
        SECOND.format("wind"),
        "ingest.lookups.stations.columns.0",
        "added by the lookup weather",
    ),
    (WEATHER, SECOND.format("origin"), "ingest.lookups.stations.columns.0", "joined by"),
    ("{share: 1%}", "{}", "limits.quarantined_rows", "without a number"),
    ("rows: {min: 1,", "rows: {min: 100_001,", "validate.rows.min", "above max"),
    ("bounds: {p_late:", "bounds: {p_lat:", "check_output.bounds.p_lat", "not an output"),
    (
        "on: {p_late: {mean",
        "on: {origin: {mean",
        "check_output.distribution.origin",
        "not an output",
    ),
    ("[0.1, 0.9]", "[0.9, 0.1]", "check_output.distribution.p_late.mean", "an empty interval"),
    ("[0.1, 0.9]", "[2, 3]", PROMISED + "mean", "no batch within the bounds"),
    (MEAN, "{quantiles: {p100: [2, 3]}}", PROMISED + "quantiles.p100", "no batch within"),
    (MEAN, "{quantiles: {p90: [.1, .2], p9: [.8, .9]}}", PROMISED + "quantiles.p90", "below p9"),
    (
        MEAN,
        "{labels: {a: [60%, 100%], b: [50%, 60%]}}",
        PROMISED + "labels",
        "more than the whole",
    ),
    (
        MEAN,
        "{max_top_share: 10%, labels: {a: [60%, 100%]}}",
        PROMISED + "labels.a",
        "above max_top_share",
    ),
    (MEAN, "{}", "check_output.distribution.p_late", "nothing is promised"),
    (MEAN, "{max_mean_change: null}", "check_output.distribution.p_late", "nothing is promised"),
    (
        "outputs: {p_late: 1}",
        "outputs: {p_late: 1}\n  golden_tolerance: 0.1",
        "predict",
        "without golden",
    ),
    (
        "flights.skops}",
        f"flights.skops, format: joblib, trusted: [a.B], sha256: {'a' * 64}}}",
        "predict.model",
        "skops alone",
    ),
    ("[EWR, JFK]", "[EWR, 3]", "validate.columns.origin.one_of.1", "no string"),
    ("[EWR, JFK]", "[EWR, EWR]", "validate.columns.origin.one_of.1", "stands twice"),
    ("[EWR, JFK]", "[' EWR', EWR]", "validate.columns.origin.one_of.0", "with blanks around it"),
    ("{dtype: int64}", "{dtype: int64, nullable: true}", KEY + "nullable", "is the key"),
    ("{dtype: int64}", "{dtype: int64, unique: false}", KEY + "unique", "is the key"),
    (FILTER, f"{VALUES}[EWR, JKF]}}", "validate.filters.0.with.one_of.1", "lets nobody have"),
    ("[EWR, JFK]", "[]", "validate.columns.origin.one_of", "without choices"),
    (
        "{dtype: int64}",
        "{dtype: int64, one_of: [1, x]}",
        "validate.columns.flight_id.one_of.1",
        "no int64",
    ),
    (
        "{dtype: int64}",
        "{dtype: int64, one_of: [1, true]}",
        "validate.columns.flight_id.one_of.1",
        "no int64",
    ),
    (
        "{dtype: int64}",
        "{dtype: uint8, one_of: [-1]}",
        "validate.columns.flight_id.one_of.0",
        "no uint8",
    ),
    (
        "{dtype: int64}",
        "{dtype: timestamp, min: noon}",
        "validate.columns.flight_id.min",
        "not a time",
    ),
    (
        "{dtype: int64}",
        "{dtype: int64, pattern: '[0-9]+'}",
        "validate.columns.flight_id.pattern",
        "pattern on dtype int64",
    ),
]


@pytest.mark.parametrize(("old", "new", "path", "what"), CONTRADICTIONS)
def test_each_contradiction_is_one_fault_at_its_path(
    changed: Callable[..., tuple[Fault, ...]], old: str, new: str, path: str, what: str
) -> None:
    """A combination that cannot hold is refused where its second half stands."""
    (fault,) = changed(old, new)

    assert fault.path == path
    assert what in fault.what


CHOICES = "{one_of: [low, mid], on_violation: fail}"


@pytest.mark.parametrize(
    ("choices", "promised", "path"),
    [
        (CHOICES, "{labels: {loww: [0%, 90%]}}", "labels.loww"),
        (CHOICES, "{labels: {low: [0%, 90%]}}", None),
        (CHOICES, "{min_distinct: 3}", "min_distinct"),
        (CHOICES, "{mean: [0, 1]}", "mean"),
        (CHOICES.replace("fail", "warn"), "{labels: {other: [0%, 1%]}}", None),
        ("{one_of: [0, 1]}", '{labels: {"1": [0%, 90%]}, mean: [0, 1]}', None),
        ("{one_of: [0, 1]}", '{labels: {"2": [0%, 90%]}}', "labels.2"),
        ("{one_of: [true]}", '{labels: {"true": [0%, 90%]}}', None),
        ("{one_of: [0, 1]}", "{mean: [2, 3]}", "mean"),
        ("{min: 0, max: 1, on_violation: warn}", "{mean: [2, 3]}", None),
    ],
)
def test_promises_of_chosen_values(
    project: Any, choices: str, promised: str, path: str | None
) -> None:
    """A promise is about values that the bounds let through; what they only warn of is published."""
    text = project.sample.replace("{min: 0, max: 1, on_violation: fail}", choices)
    faults = project.faults(text.replace(MEAN, promised))

    assert [fault.path for fault in faults] == ([PROMISED + path] if path else [])


@pytest.mark.parametrize(
    ("old", "new", "allowed"),
    [
        ("mean: [0.1, 0.9]", "quantiles: {median: [0, 1]}", "p50 is the median"),
        ("mean: [0.1, 0.9]", "mean: 0.5", "an interval, [lowest, highest]"),
    ],
)
def test_allowed_in_words(project: Any, old: str, new: str, allowed: str) -> None:
    """What may stand there is said in words."""
    (fault,) = project.faults(project.sample.replace(old, new))

    assert allowed in fault.allowed


def test_a_law_over_one_column_twice(project: Any) -> None:
    """A value cannot rise above itself."""
    laws = "check_output:\n  rows: [{increasing: [p_late, p_late]}]\n"
    (fault,) = project.faults(project.sample.replace("check_output:\n", laws))

    assert "names a column twice" in fault.what


@pytest.mark.parametrize(
    ("values", "faults"), [("[EWR, LGA]", 0), ("[LGA, BOS]", 2), ("[EWR, JFK]", 0)]
)
def test_a_filter_for_values_that_quarantine_takes(project: Any, values: str, faults: int) -> None:
    """It may let some of them through to be quarantined, and is a mistake where all of them would be."""
    text = project.sample.replace("[EWR, JFK]}", "[EWR, JFK], on_violation: quarantine}")
    text = text.replace(FILTER, f"{VALUES}{values}}}")

    assert len(project.faults(text)) == faults


def test_a_near_miss_of_an_output_is_suggested(changed: Callable[..., tuple[Fault, ...]]) -> None:
    """A bound on a misspelt output names the output."""
    (fault,) = changed("bounds: {p_late:", "bounds: {p_lat:")

    assert fault.todo == "did you mean `p_late`?"


QUARANTINES = [
    ("      on_violation: warn\n", "", "validate.rules.0.on_violation"),
    ("on_violation: warn", "on_violation: quarantine", "validate.rules.0.on_violation"),
    (
        "{dtype: int64}",
        "{dtype: int64, on_violation: quarantine}",
        "validate.columns.flight_id.on_violation",
    ),
    ("on_violation: fail", "on_violation: quarantine", "check_output.bounds.p_late.on_violation"),
    (
        WEATHER,
        WEATHER + "\n      on_missing_key: quarantine",
        "ingest.lookups.weather.on_missing_key",
    ),
]


@pytest.mark.parametrize(("old", "new", "path"), QUARANTINES)
def test_rows_are_set_aside_only_within_a_budget(
    project: Any, old: str, new: str, path: str
) -> None:
    """Whatever quarantines rows, also by default, needs a number that says how many."""
    with_budget = project.sample.replace(old, new)
    without = with_budget.replace("limits: {quarantined_rows: {share: 1%}}", "")

    assert project.faults(with_budget) == ()
    assert [fault.path for fault in project.faults(without)] == [path]


def test_a_contract_may_describe_a_lookups_column(project: Any) -> None:
    """A lookup's column in the contract is no collision: the sample declares `temp`."""
    assert "temp: {dtype: float64" in project.sample
    assert project.faults() == ()


PLANNED = [
    (WEATHER, WEATHER + "\n      fallback: [{lookup: wether}]", "no such lookup"),
    (WEATHER, WEATHER + "\n      fallback: [{lookup: weather}]", "falls back on itself"),
    ("rows: {min", "freshness: {column: day, max_age: 1h}\n  rows: {min", "not a timestamp"),
    ("one_of: [EWR, JFK]", "pattern: '['", "not a regular expression"),
    ("one_of: [EWR, JFK]", "pattern: '(?=E)EWR'", "look-ahead"),
    ("one_of: [EWR, JFK]", "length: {min: 3, max: 2}", "above max"),
]


@pytest.mark.parametrize(("old", "new", "what"), PLANNED)
def test_planned_keys_are_checked_when_their_engine_is_there(
    project: Any, old: str, new: str, what: str
) -> None:
    """The checks of keys that `load` still refuses as a whole hold already."""
    node, _ = parsed(Text(project.sample.replace(old, new), "p.yaml"))
    config = PipelineConfig.model_validate(plain(node))

    (fault,) = cross_faults(config, Places(node), ())

    assert what in fault.what
