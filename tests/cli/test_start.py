"""The command line starts quickly and loads what it needs."""

import os
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest

from seawall.cli.commands import COMMANDS, seawall

HEAVY = {"pandas", "pyarrow", "sklearn", "scipy", "joblib"}
_MEASURED = """
import resource, sys
from seawall.cli.border import outcome
code = outcome(sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_SELF)
print("MODULES", *{name.partition(".")[0] for name in sys.modules}, file=sys.stderr)
print("CPU", used.ru_utime + used.ru_stime, file=sys.stderr)
sys.exit(code)
"""


def loaded(folder: Path, *args: str) -> tuple[set[str], float]:
    """The top-level packages that a command loaded, and its CPU seconds from the first instruction."""
    paths = os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)
    argv = [sys.executable, "-c", _MEASURED, *args]
    done = subprocess.run(
        argv,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    said = dict(line.split(" ", 1) for line in done.stderr.splitlines()[-2:])
    return set(said["MODULES"].split()), float(said["CPU"])


def test_help_loads_click_and_nothing_heavier(project: Path) -> None:
    """The list of commands is a table: nothing of theirs is loaded."""
    modules, _ = loaded(project, "--help")

    assert not modules & (HEAVY | {"pydantic", "sqlalchemy", "structlog", "rich", "ruamel"})


def test_help_takes_less_than_a_fifth_of_a_second(project: Path) -> None:
    """Of CPU, the interpreter's own start included; the best of three counts."""
    assert min(loaded(project, "--help")[1] for _ in range(3)) < 0.2


@pytest.mark.parametrize("args", [["runs"], ["explain"], ["explain", "--json"], ["schema"]])
def test_reading_commands_load_no_data_libraries(
    project: Path, recorded: Callable[..., None], args: list[str]
) -> None:
    """The ledger and the schema are read without pandas, pyarrow, scikit-learn and scipy."""
    recorded()

    modules, _ = loaded(project, *args)

    assert not modules & HEAVY


def test_every_listed_command_is_there() -> None:
    """Each line of the table leads to a command with the name that it says, and a longer help."""
    for name, listed in COMMANDS.items():
        module, _, function = listed.target.partition(":")
        command = getattr(import_module(module), function)

        assert isinstance(command, click.Command)
        assert command.name == name
        assert command.help


def test_help_lists_every_command(seawall: Any) -> None:
    """With the line that the table has for it."""
    shown = seawall("--help").stdout

    assert all(name in shown and listed.help in shown for name, listed in COMMANDS.items())


def test_the_version_is_said(seawall: Any) -> None:
    """`--version` names the program."""
    assert seawall("--version").stdout.startswith("seawall ")


def test_options_have_help() -> None:
    """Each option of each command says what it does."""
    context = click.Context(seawall)
    for name in COMMANDS:
        command = seawall.get_command(context, name)
        assert command is not None
        options = [param for param in command.params if isinstance(param, click.Option)]

        assert all(option.help for option in options), name
