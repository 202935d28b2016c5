"""What came back from a case's process, or did not, as the case's end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from seawall.drills.answers import answer_of
from seawall.drills.ground import Spot
from seawall.drills.values import Case
from seawall.errors import SoftwareError
from seawall.isolation import Answered, Died, TimedOut
from tests.drills.pieces import HEALTHY, drilled, ended, loaded

SPOT = Spot(Path("/dev/shm/seawall-drill-x"), 1)
CASE = Case("stage=add_strain", "raises")
PLACE = str(SPOT.folder / "work" / "steps.py")


def failed(*error: str) -> dict[str, Any]:
    """The document of a run that failed of a SoftwareError with these parts."""
    told = {"outcome": "failed", "exit": 70, "message": f"{error[1]}: {error[0]}", "seconds": 0.1}
    return {**told, "error": ["SoftwareError", *error]}


def test_no_text_of_an_end_has_a_path_of_the_sandbox() -> None:
    """Neither the message nor any part of the error: the folder is gone when somebody reads it."""
    parts = ("it raised", PLACE, f"in {SPOT.sandbox}", f"{SPOT.sandbox}/past", "")
    answer = answer_of(Answered(failed(*parts), 0.1), CASE, SPOT, HEALTHY)

    assert answer.ended.message == "work/steps.py: it raised"
    assert isinstance(answer.error, SoftwareError)
    assert answer.error.args == ("it raised", "work/steps.py", "in the sandbox", "past", "")


def test_a_stack_has_no_path_of_the_sandbox() -> None:
    """Where a process hung is told without, too."""
    answer = answer_of(TimedOut(1.0, f'File "{PLACE}", line 3'), CASE, SPOT, HEALTHY)

    assert answer.ended.message == 'File "work/steps.py", line 3'


@pytest.mark.parametrize(
    ("reason", "outcome", "code", "said"),
    [
        ("ended with exit code 0", "failed", 0, "the run's process ended with exit code 0 before"),
        ("killed by SIGSEGV", "interrupted", 137, "the run's process was killed by SIGSEGV before"),
        ("raised KeyError: 'x'", "failed", 1, "raised KeyError: 'x'"),
    ],
)
def test_a_process_without_an_answer_is_told_of(
    reason: str, outcome: str, code: int, said: str
) -> None:
    """By its end; what the drill's own code raised is a bug, and no interruption."""
    end = answer_of(Died(reason, 0.1), CASE, SPOT, HEALTHY).ended

    assert (end.outcome, end.exit) == (outcome, code)
    assert end.message.startswith(said)


def test_a_run_that_ended_with_0_and_published_nothing_is_a_weakness(tmp_path: Path) -> None:
    """Worker processes would have shown it."""
    told = drilled(loaded(tmp_path), ended("stage=add_strain", "raises", "failed", exit=0))
    (weakness,) = told.weaknesses

    assert (weakness.kind, weakness.key) == ("ended with 0", "execution.executor")
