"""What docs/references.md shows: commands that there are, a section that loads, the numbers of the code."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest

from seawall.cli.commands import seawall
from seawall.config.drift import Drift
from seawall.profiles.shape import MOST_POINTS
from seawall.references.figures import MOST, UNIT
from seawall.references.pruned import RARE

PAGE = (Path(__file__).parents[2] / "docs/references.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ seawall (.+)$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_of_the_page_are_commands(line: str) -> None:
    """Each names a command, with arguments and options that it takes."""
    command: Any = seawall
    context, rest = None, shlex.split(line)
    while isinstance(command, click.Group):
        context = click.Context(command, parent=context)
        _, command, rest = command.resolve_command(context, rest)

    assert command.make_context(line, rest, parent=context).params


def test_options_of_the_page_are_options() -> None:
    """Every option that the page writes, its examples aside, is one of a subcommand."""
    group: Any = seawall.get_command(click.Context(seawall), "reference")
    known = {opt for sub in group.commands.values() for param in sub.params for opt in param.opts}

    assert set(re.findall(r"`(--[a-z-]+)", PAGE)) <= known


def test_the_section_of_the_page_loads() -> None:
    """The example of `drift` is one."""
    import ruamel.yaml

    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    section = ruamel.yaml.YAML(typ="safe").load(block)["drift"]

    assert Drift.model_validate(section).reference == "references/flight_delays.json"


def test_the_numbers_of_the_page() -> None:
    """What is said of grids, rare words and the past is what the code has."""
    assert f"at most {MOST_POINTS} points" in PAGE
    assert f"fewer than {RARE} rows" in PAGE
    assert (MOST, f"rounded to {UNIT:g}") == (60, "rounded to 0.0001")
    assert "rounded to 0.0001" in PAGE
