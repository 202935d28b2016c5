"""Chains, expectations and times which are each allowed and cannot stand together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from seawall.config.faults import Fault

WEATHER = "columns: [temp, wind]"
CONSTANTS = WEATHER + "\n      fallback: [{{constants: {}}}]"
REPLICA = """columns: [temp, wind]
      fallback: [{{lookup: replica}}]
    replica:
      type: csv
      path: data/replica.csv
      {}"""
ALIKE = "join: [origin]\n      columns: [temp, wind]"
Changed = Callable[..., tuple[Fault, ...]]
SQL = (
    "type: csv\n      path: data/weather.csv",
    "type: sql\n      url: sqlite:///w.db\n      query: SELECT 1",
)


def weather(line: str) -> tuple[str, str]:
    """The sample's lookup with another line."""
    return WEATHER, f"{WEATHER}\n      {line}"


def test_a_stand_in_adds_the_same_columns(changed: Changed) -> None:
    """A replica's columns are no clash with those of the lookup that it stands in for."""
    assert changed(WEATHER, REPLICA.format(ALIKE)) == ()


STAND_INS = [
    ("join: [dest]\n      columns: [temp, wind]", "join", "joined by other columns"),
    ("join: [origin]\n      columns: [temp]", "columns", "does not add wind"),
    ("join: [origin]\n      columns: {temp: t, wind: wind}", "columns", "does not add temp"),
    (f"{ALIKE}\n      fallback: [{{constants: {{temp: 1.0, wind: 2}}}}]", "fallback", "goes on"),
    ("join: [origin]\n      columns: [temp, wind, origin]", "columns.2", "joined by"),
    (
        "join: [origin]\n      columns: [temp, wind, wind]",
        "columns.2",
        "added by the lookup replica",
    ),
]


@pytest.mark.parametrize(("replica", "key", "what"), STAND_INS)
def test_a_stand_in_offers_what_its_lookup_does(
    changed: Changed, replica: str, key: str, what: str
) -> None:
    """A replica that could not answer in its place is refused where it says so."""
    found = changed(WEATHER, REPLICA.format(replica))

    assert [fault.path for fault in found if what in fault.what] == [
        f"ingest.lookups.replica.{key}"
    ]


def test_lookups_that_fall_back_on_each_other_are_one_fault(changed: Changed) -> None:
    """A circle has no end; it is told once, and only one of its links has to go."""
    (fault,) = changed(WEATHER, REPLICA.format(f"{ALIKE}\n      fallback: [{{lookup: weather}}]"))

    assert fault.path == "ingest.lookups.replica.fallback"
    assert "falls back on it in turn" in fault.what
    assert "one of the two" in fault.todo


def test_a_misspelt_stand_in_is_one_fault(changed: Changed) -> None:
    """What the lookup that is probably meant would add is no clash."""
    replica = REPLICA.format(ALIKE).replace("{lookup: replica}", "{lookup: replika}")
    (fault,) = changed(WEATHER, replica)

    assert (fault.what, fault.todo) == ("no such lookup", "did you mean `replica`?")


def test_the_wrong_stand_in_is_one_fault(changed: Changed) -> None:
    """A lookup that differs in its keys and its columns is refused once."""
    (fault,) = changed(WEATHER, REPLICA.format("join: [dest]\n      columns: [seats]"))

    assert fault.path == "ingest.lookups.replica.join"


@pytest.mark.parametrize("first", ["lookup: weather", "last_known_good: {max_age: 1h}"])
def test_two_links_are_two_items(changed: Changed, first: str) -> None:
    """Two links in one item lack a dash, and are told so."""
    chain = f"fallback:\n        - {first}\n          constants: {{temp: 1, wind: 2}}"
    found = changed(*weather(chain))
    (fault,) = [fault for fault in found if fault.path.endswith("fallback.0.constants")]

    assert (fault.what, fault.todo) == ("a second link in one item", "put a dash before it")


def test_columns_of_another_name_may_be_renamed(changed: Changed) -> None:
    """What counts is the name under which a column is added."""
    replica = "join: {origin: faa}\n      columns: {t: temp, w: wind}"

    assert changed(WEATHER, REPLICA.format(replica)) == ()


CONSTANT = [
    ("{temp: 1.0}", "", "no constant for wind"),
    ("{temp: 1.0, wnd: 2}", ".wnd", "not a column that the lookup adds"),
    ("{temp: warm, wind: 2}", ".temp", "no float64"),
    ("{temp: true, wind: 2}", ".temp", "no float64"),
]


@pytest.mark.parametrize(("constants", "key", "what"), CONSTANT)
def test_constants_are_those_of_the_added_columns(
    changed: Changed, constants: str, key: str, what: str
) -> None:
    """One value for each, of the declared type."""
    (fault,) = changed(WEATHER, CONSTANTS.format(constants))

    assert fault.path == f"ingest.lookups.weather.fallback.0.constants{key}"
    assert what in fault.what


@pytest.mark.parametrize("constants", ["{temp: 1, wind: x}", "{temp: null, wind: null}"])
def test_constants_that_fit(changed: Changed, constants: str) -> None:
    """An integer is a float, a nullable column takes null, a column without a contract anything."""
    assert changed(WEATHER, CONSTANTS.format(constants)) == ()


CONTRACTS = [
    ("{dtype: float64}", "null", "not nullable"),
    ("{dtype: float64, min: 0}", "-1", "below min 0"),
    ("{dtype: float64, max: 50}", "55.4", "above max 50"),
    ("{dtype: int8}", "128", "no int8"),
    ("{dtype: uint8}", "-1", "no uint8"),
    ("{dtype: int8}", "1.5", "no int8"),
    ("{dtype: string, one_of: [a, b]}", "c", "not one of a, b"),
    ("{dtype: category, one_of: [a, b]}", "c", "not one of a, b"),
    ("{dtype: string, pattern: '[A-Z]+'}", "Ab", "not like pattern"),
    ("{dtype: bool}", "1", "no bool"),
    ("{dtype: timestamp}", "noon", "no timestamp"),
    ("{dtype: timestamp}", "'2013-01-01T00:00:00Z'", "with a zone"),
    ("{dtype: timestamp, timezone: UTC}", "'2013-01-01'", "without a zone"),
    ("{dtype: timestamp, min: '2013-01-02T00:00:00Z'}", "'2013-01-01'", "below min"),
    ("{dtype: timestamp, max: '2013-01-01'}", "'2013-01-01T00:00:01'", "above max"),
]


@pytest.mark.parametrize(("contract", "value", "what"), CONTRACTS)
def test_a_constant_keeps_the_contract(project: Any, contract: str, value: str, what: str) -> None:
    """A value that would be refused in every row is refused when the file is loaded."""
    text = project.sample.replace(
        "temp: {dtype: float64, nullable: true, max_null_share: 5%}", f"temp: {contract}"
    ).replace(WEATHER, CONSTANTS.format(f"{{temp: {value}, wind: 1}}"))

    fault = project.fault(text)

    assert fault.path == "ingest.lookups.weather.fallback.0.constants.temp"
    assert what in fault.what


FITTING = [
    ("{dtype: uint8}", "255"),
    ("{dtype: int8}", "-128"),
    ("{dtype: float64, min: 0, max: 55.4}", "55.4"),
    ("{dtype: string, pattern: '[A-Z]+'}", "AB"),
    ("{dtype: timestamp, timezone: UTC, min: '2013-01-01'}", "'2013-01-01T00:00:00Z'"),
]


@pytest.mark.parametrize(("contract", "value"), FITTING)
def test_a_constant_on_the_border_keeps_the_contract(
    project: Any, contract: str, value: str
) -> None:
    """The bounds themselves are allowed."""
    text = project.sample.replace(
        "temp: {dtype: float64, nullable: true, max_null_share: 5%}", f"temp: {contract}"
    ).replace(WEATHER, CONSTANTS.format(f"{{temp: {value}, wind: 1}}"))

    assert project.faults(text) == ()


ONE_FAULT = [
    (
        weather("fallback: [{constants: {temp: 1, wind: 2}}, {last_known_good: {max_age: 1h}}]"),
        "weather.fallback.1",
        "a link behind constants",
    ),
    (
        weather("fallback: [{last_known_good: {max_age: 0h}}]"),
        "weather.fallback.0.last_known_good.max_age",
        "no time at all",
    ),
    (weather("on_missing_key: fallback"), "weather.on_missing_key", "without a chain"),
    (weather("attempt_timeout: 0s"), "weather.attempt_timeout", "no time at all"),
    (
        weather("circuit_breaker: {failure_threshold: 1, open_for: 0s}"),
        "weather.circuit_breaker.open_for",
        "no time at all",
    ),
    (
        weather("retry: {backoff: {initial: 2s, max: 1s}}"),
        "weather.retry.backoff.initial",
        "above the longest",
    ),
    (
        weather("expect: {max_null_share: {tmp: 1%}}"),
        "weather.expect.max_null_share.tmp",
        "not a column that the lookup reads",
    ),
    (weather("expect: {as_of_header: Date}"), "weather.expect.as_of_header", "has no headers"),
]


@pytest.mark.parametrize(("change", "path", "what"), ONE_FAULT)
def test_each_contradiction_is_one_fault(
    changed: Changed, change: tuple[str, str], path: str, what: str
) -> None:
    """It is refused at its own place, once."""
    (fault,) = changed(*change)

    assert fault.path == f"ingest.lookups.{path}"
    assert what in fault.what


@pytest.mark.parametrize("column", ["temp", "origin"])
def test_null_shares_are_of_any_column_that_is_read(changed: Changed, column: str) -> None:
    """Added columns and join columns, by the lookup's own names."""
    assert changed(*weather(f"expect: {{max_null_share: {{{column}: 1%}}}}")) == ()


@pytest.mark.parametrize(
    ("expect", "faults"), [("", 1), (", as_of_column: seen_at", 0), (", as_of_column: temp", 0)]
)
def test_staleness_of_a_query_needs_a_column(project: Any, expect: str, faults: int) -> None:
    """A database says of no answer when it is from; a column may be read just for that."""
    text = project.sample.replace(*SQL)
    found = project.faults(text.replace(*weather(f"expect: {{max_staleness: 1h{expect}}}")))

    assert [fault.path for fault in found] == [
        "ingest.lookups.weather.expect.max_staleness"
    ] * faults


def test_staleness_of_files_needs_no_column(changed: Changed) -> None:
    """Files have a time of their own."""
    assert changed(*weather("expect: {max_staleness: 1h}")) == ()


@pytest.mark.parametrize(
    ("key", "at"),
    [
        ("deadline", "lookups.weather"),
        ("attempt_timeout", "lookups.weather"),
        ("wait_for", "primary"),
    ],
)
def test_no_wait_is_longer_than_the_run(project: Any, key: str, at: str) -> None:
    """A deadline that the run's own would always cut short is refused."""
    old, new = (
        ("key: flight_id}", f"key: flight_id, {key}: 2h}}")
        if at == "primary"
        else weather(f"{key}: 2h")
    )
    text = project.sample.replace(old, new)

    assert project.faults(text) == ()
    (fault,) = project.faults(text, sets=["limits.run_deadline=1h"])
    assert (fault.path, "longer than the whole run" in fault.what) == (f"ingest.{at}.{key}", True)


def test_corrupt_fragments_are_set_aside_only_within_a_budget(project: Any) -> None:
    """Whole row groups may go only where a number says how many rows."""
    text = project.sample.replace(
        "key: flight_id}", "key: flight_id, on_corrupt_fragment: quarantine}"
    )
    without = text.replace("limits: {quarantined_rows: {share: 1%}}", "")

    assert project.faults(text) == ()
    assert [fault.path for fault in project.faults(without)] == [
        "ingest.primary.on_corrupt_fragment"
    ]
