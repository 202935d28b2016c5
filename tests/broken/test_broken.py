"""Broken inputs through the command line, with one pipeline file: none publishes a wrong value silently."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.broken.cases import INPUTS, Case
from tests.broken.conftest import Outcome
from tests.broken.controls import CONTROLS
from tests.broken.drifts import DRIFTS
from tests.broken.parts import PARTS, TRACE
from tests.broken.project import loans
from tests.broken.spoil import Spoil
from tests.end_to_end.conftest import said as told

CASES = {**INPUTS, **PARTS, **DRIFTS}
LONGEST = 6_000
Run = Callable[[Path], Outcome]


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.exit])
def test_refused(
    project: Path,
    outcome: Run,
    clean: pd.DataFrame,
    name: str,
    record_property: Callable[..., None],
) -> None:
    """The run ends with its code and names the culprit; readers have the version before, untouched."""
    case: Case = CASES[name]
    case.spoil(project)
    seen = outcome(project)

    assert [seen.exit, *(word for word in case.words if word not in seen.said)] == [case.exit], (
        seen.said
    )
    record_property("broken", (name, seen.exit, told(seen.said, project)))
    assert seen.versions == 1
    pd.testing.assert_frame_equal(seen.published, clean)
    assert not (project / TRACE).exists()


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.exit])
def test_set_aside(
    project: Path,
    outcome: Run,
    clean: pd.DataFrame,
    name: str,
    record_property: Callable[..., None],
) -> None:
    """Exactly the bad rows are set aside, with their reason; the others are as in a clean run."""
    case: Case = CASES[name]
    case.spoil(project)
    seen = outcome(project)

    assert [seen.exit, *(word for word in case.words if word not in seen.said)] == [0], seen.said
    assert seen.versions == 2
    record_property(
        "broken", (name, 0, f"rows in quarantine: {len(case.aside)}; {', '.join(case.words[:-1])}")
    )
    stays = ~clean["id"].isin(loans()["id"].iloc[list(case.aside)])
    assert seen.published["id"].tolist() == clean["id"][stays].tolist()


@pytest.mark.parametrize("name", CONTROLS)
def test_controls(project: Path, outcome: Run, clean: pd.DataFrame, name: str) -> None:
    """What is only written otherwise passes, with every value as before."""
    spoil: Spoil = CONTROLS[name]
    spoil(project)
    seen = outcome(project)

    assert seen.exit == 0, seen.said
    assert "quarantined 0" in seen.said
    pd.testing.assert_frame_equal(seen.published, clean)


@pytest.mark.parametrize("name", ["an endless memo", "a memo of escapes"])
def test_hostile_values(project: Path, outcome: Run, name: str) -> None:
    """A huge or hostile value is shown short, and nothing of it reaches a terminal as it is."""
    CASES[name].spoil(project)
    said = outcome(project).said

    assert len(said) < LONGEST
    assert "\x1b[2J" not in said


def test_how_many() -> None:
    """There are at least ninety-five broken inputs, and each says in words what it breaks."""
    assert len(CASES) == len(INPUTS) + len(PARTS) + len(DRIFTS) >= 95
    assert all(case.words for case in CASES.values())
