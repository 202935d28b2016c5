"""What the file expects of a drill holds, or is told with its line."""

from pathlib import Path

import pytest

from seawall.config.load import load
from seawall.drills.catalogue import chosen
from seawall.drills.expected import differences
from tests.drills.pieces import drilled, ended, loaded

EXPECT = """
drill:
  expect:
    lookup=weather:
      down: degraded
      nulls: [degraded, held]
    "*":
      hang: [degraded, failed]
"""


def test_an_end_that_was_not_expected_ends_with_1_and_names_the_line(tmp_path: Path) -> None:
    """Each column of the fault is held to it."""
    ends = [
        ended("lookup=weather", "down", "degraded"),
        ended("lookup=weather", "nulls", "held", "temp"),
        ended("lookup=weather", "nulls", "published", "city"),
    ]
    told = drilled(loaded(tmp_path, EXPECT), *ends)
    (difference,) = told.differences
    line = (
        (tmp_path / "pipeline.yaml").read_text().splitlines().index("      nulls: [degraded, held]")
    )

    assert told.exit == 1
    assert difference.case == ends[2].case
    assert difference.where == f"{tmp_path / 'pipeline.yaml'}:{line + 1}"


def test_a_star_speaks_of_every_part_that_says_nothing_else(tmp_path: Path) -> None:
    """`*` expects of the plants what nobody expects of them by name."""
    ends = [
        ended("lookup=weather", "down", "degraded"),
        ended("lookup=weather", "nulls", "held", "temp"),
        ended("lookup=plants", "hang", "hung"),
    ]
    (difference,) = drilled(loaded(tmp_path, EXPECT), *ends).differences

    assert (difference.part, difference.seen) == ("lookup=plants", "hung")


def test_an_expectation_of_the_command_line_is_named_by_its_path(tmp_path: Path) -> None:
    """The command line has no lines."""
    loaded(tmp_path)
    sets = ["drill.expect.model.missing=held"]
    config = load(tmp_path / "pipeline.yaml", sets=sets, env={})
    (difference,) = drilled(config, ended("model", "missing", "failed")).differences

    assert difference.where == "--set drill.expect.model.missing"


@pytest.mark.parametrize(("only", "count"), [((), 2), (("model",), 0)])
def test_an_expectation_that_no_case_met_differs_unless_it_was_left_out(
    tmp_path: Path, only: tuple[str, ...], count: int
) -> None:
    """Somebody who asked for the model alone did not ask about the weather."""
    config = loaded(tmp_path, EXPECT)
    found = differences(config, (), chosen(config.config, only, ()))

    assert [difference.seen for difference in found] == ["not tried"] * count
