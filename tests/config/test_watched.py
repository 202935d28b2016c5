"""What `drift` says is held against itself and against the rest of the file."""

from __future__ import annotations

from typing import Any

import pytest

ROLLING = "drift: {reference: {rolling: 10}, "


@pytest.mark.parametrize(
    ("said", "path", "what"),
    [
        ("columns: [temp, flight_id]", "columns.1", "'flight_id' is a key"),
        ("columns: {temp: {kind: key}}", "columns.temp.kind", "not one of the choices"),
        ("segments: [flight_id]", "segments.0", "every row would be a segment"),
        ("segments: [origin, temp]", "segments.1", "'temp' does not cut the batch"),
        ("p_value: 0.01", "p_value", "p_value has no effect with rule: seawall"),
        ("rule: ks-p-value, alarms: 1 in 9 runs", "alarms", "alarms has no effect"),
        ("rule: ks-p-value, floors: {nulls: [1%, 2%]}", "floors", "floors has no effect"),
        ("on_fail: warn, for: 2 runs", "for", "for has no effect beside on_fail: warn"),
        (
            "columns: {temp: {severity: warn, on_fail: hold}}",
            "columns.temp.on_fail",
            "on_fail: hold has no effect beside severity: warn",
        ),
        (
            "columns: {temp: {on_fail: warn, for: 2 runs}}",
            "columns.temp.for",
            "for has no effect beside on_fail: warn",
        ),
    ],
)
def test_each_contradiction_is_one_fault(project: Any, said: str, path: str, what: str) -> None:
    """It is refused where it stands, with what it contradicts."""
    (fault,) = project.faults(project.sample + ROLLING + said + "}\n")

    assert fault.path == f"drift.{path}"
    assert what in fault.what


@pytest.mark.parametrize(
    "said",
    [
        "season: weekday, alarms: 1 in 100 runs, segments: [origin]",
        "rule: ks-p-value, p_value: 0.001",
        "on_fail: warn, for: 2 runs, columns: {temp: {on_fail: hold}}",
        "columns: {temp: {for: 3 runs, floors: {distance: [0.1, 0.3]}}}",
        "on_fail: warn, columns: {temp: {for: 3 runs}}",
    ],
)
def test_what_goes_together_loads(project: Any, said: str) -> None:
    """Nothing is refused of what has an effect."""
    assert project.faults(project.sample + ROLLING + said + "}\n") == ()


@pytest.mark.parametrize("said", ["for: 2 runs", "columns: {temp: {for: 2 runs}}"])
def test_a_hold_is_ended_by_hand_whatever_it_waits_for(project: Any, said: str) -> None:
    """`--set drift.on_fail=warn` is the way out of a hold; a `for` in the file does not refuse it."""
    text = project.sample + ROLLING + said + "}\n"

    assert project.faults(text, sets=["drift.on_fail=warn"]) == ()


@pytest.mark.parametrize(
    ("said", "path", "allowed"),
    [
        ("rule: ks-p-value, p_value: 7", "p_value", "less than 1"),
        ("rule: ks-p-value, p_value: 0", "p_value", "more than 0"),
        ("floors: {distance: [0, 0.2]}", "floors.distance.0", "more than 0"),
        ("floors: {distance: [0.1, 2]}", "floors.distance.1", "at most 1"),
        ("alarms: 1 in 1000000 runs", "alarms", "in at most 999999"),
        ("alarms: 1 in 1 runs", "alarms", "fewer than the runs"),
        ("for: 100 runs", "for", "1 to 99"),
    ],
)
def test_what_lies_outside_its_bounds_is_told_the_bound(
    project: Any, said: str, path: str, allowed: str
) -> None:
    """`a number` alone would not say which."""
    (fault,) = project.faults(project.sample + ROLLING + said + "}\n")

    assert fault.path == f"drift.{path}"
    assert allowed in fault.allowed


@pytest.mark.parametrize("reference", ["https://x/y.json", "s3://x/y.json", "README.md"])
@pytest.mark.parametrize("place", ["reference: {}", "reference: {{rolling: 10, anchor: {}}}"])
def test_a_reference_is_a_file_of_its_own(project: Any, reference: str, place: str) -> None:
    """No address, and nothing that building a reference would write over."""
    (fault,) = project.faults(f"{project.sample}drift: {{{place.format(reference)}}}\n")

    assert fault.seen == repr(reference)
    assert "a file below the project that ends in .json" in fault.allowed
    assert "reference build" not in fault.todo
