"""What a fallback may have changed: what it gave, and what is made from that."""

from __future__ import annotations

from typing import Any

from seawall.gate import Reach
from seawall.plan.reached import reached

COLUMNS = ("k", "x", "v", "y", "z", "p")
MARK = "w=constants"


def reach(project: Any, mark: str = MARK, features: tuple[str, ...] | None = ("z",)) -> Reach:
    """What one fallback has to do with the columns of a pipeline with two stages."""
    stage = "  - use: unitproj.features:add\n    with: {column: x}\n"
    project.change(stage, stage + "  - use: unitproj.features:later\n")
    more = "\ndef later(frame):\n    return frame.assign(z=frame['v'] * 2)\n"
    path = project.root / "unitproj/features.py"
    path.write_text(path.read_text() + more)
    return reached(project.plan(), [mark], COLUMNS, features)[mark]


def test_what_is_made_of_a_lookup_is_known_by_a_run_without_rows(project: Any) -> None:
    """The stage that needs v makes z; y is of the source's x alone, and the source's columns are nobody's."""
    assert reach(project) == Reach(frozenset("v"), frozenset("zp"))


def test_outputs_of_other_features_are_not_the_lookups(project: Any) -> None:
    """The model never sees what the lookup gave."""
    assert reach(project, features=("y",)) == Reach(frozenset("v"), frozenset("z"))


def test_a_mark_may_be_about_one_column_of_a_lookup(project: Any) -> None:
    """`w.v=constants` marks rows in which v alone is from a fallback: it is what that gave."""
    assert reach(project, "w.v=constants") == reach(project)


def test_a_model_gives_the_outputs(project: Any) -> None:
    """Nothing but these."""
    assert reach(project, "model=constants") == Reach(frozenset("p"))


def test_columns_of_unknown_make_may_be_anybodys(project: Any) -> None:
    """A stage that cannot be tried without rows tells nothing of what it makes."""
    broken = "\ndef later(frame):\n    return frame.assign(z=frame['v'].iloc[0])\n"
    path = project.root / "unitproj/features.py"
    path.write_text(path.read_text() + broken)
    stage = "  - use: unitproj.features:add\n    with: {column: x}\n"
    project.change(stage, stage + "  - use: unitproj.features:later\n")

    assert reached(project.plan(), [MARK], COLUMNS, ())[MARK].made == frozenset("z")
