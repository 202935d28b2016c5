"""What a file expects of a drill is checked when it is loaded."""

from collections.abc import Callable

import pytest

from seawall.config.drilling import Drill
from seawall.config.faults import Fault

ALERTS = "alerts:\n"


def test_expectations_may_be_one_outcome_or_several() -> None:
    """The nearest wins: the part's own fault, its `*`, then those of every part."""
    drill = Drill.model_validate(
        {"expect": {"model": {"missing": "failed", "*": ["held"]}, "*": {"raises": ["failed"]}}}
    )

    assert drill.expected("model", "missing") == ("model", "missing", ("failed",))
    assert drill.expected("model", "raises") == ("model", "*", ("held",))
    assert drill.expected("stage=a", "raises") == ("*", "raises", ("failed",))
    assert drill.expected("run", "kill") is None


@pytest.mark.parametrize(
    ("text", "what", "todo"),
    [
        ("lookup=weathr: {down: failed}", "not a part", "did you mean `lookup=weather`?"),
        ("stage=add_calender: {raises: failed}", "not a part", "`stage=add_calendar`?"),
        ("lookup=weather: {dwon: failed}", "not a fault of lookup=weather", "`down`?"),
        ("model: {down: failed}", "not a fault of model", ""),
        ('"*": {nul: failed}', "not a fault", "did you mean `nulls`?"),
        ("model: {missing: faild}", "not one of the choices", "did you mean `failed`?"),
    ],
)
def test_a_name_of_no_part_fault_or_outcome_is_a_fault(
    changed: Callable[..., tuple[Fault, ...]], text: str, what: str, todo: str
) -> None:
    """At its own line, with the nearest name."""
    (fault,) = changed(ALERTS, f"drill:\n  expect:\n    {text}\n{ALERTS}")

    assert what in fault.what
    assert todo in fault.todo
    assert fault.place.text.strip() == text


def test_a_drill_has_some_time(changed: Callable[..., tuple[Fault, ...]]) -> None:
    """Without any, nothing is tried, and nothing is found."""
    (fault,) = changed(ALERTS, f"drill: {{deadline: 0s}}\n{ALERTS}")

    assert (fault.path, fault.what) == ("drill.deadline", "no time at all")
