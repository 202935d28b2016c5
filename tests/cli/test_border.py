"""Whatever happens becomes a message and an exit code."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import pytest

from seawall.cli.border import outcome
from seawall.cli.commands import COMMANDS, Listed
from seawall.config.faults import Fault, Place
from seawall.errors import (
    ConfigError,
    DataError,
    HeldError,
    InterruptedRunError,
    SeawallError,
    TemporaryError,
)

FAULT = ConfigError(
    [Fault(Place("a.yaml", 3, 5), "ingest.primary", "unknown key", todo="leave it out")]
)
ERRORS: list[tuple[BaseException, int]] = [
    (DataError("no rows", "data.parquet", "0", "at least 1", "look"), 65),
    (HeldError("too high"), 4),
    (TemporaryError("locked"), 75),
    (FAULT, 78),
    (InterruptedRunError("stopped", 15), 143),
    (click.ClickException("wrong"), 2),
    (KeyboardInterrupt(), 130),
    (click.Abort(), 130),
    (ZeroDivisionError("by zero"), 1),
    (BrokenPipeError(), 0),
]


@pytest.fixture
def failing() -> Iterator[Callable[[BaseException], None]]:
    """Lists a command `fail` that raises."""

    def raises(error: BaseException) -> None:
        @click.command()
        @click.option("--json", "as_json", is_flag=True)
        def fail(**_: bool) -> None:
            raise error

        sys.modules["seawall_test_fail"] = type(sys)("seawall_test_fail")
        sys.modules["seawall_test_fail"].__dict__["fail"] = fail
        COMMANDS["fail"] = Listed("seawall_test_fail:fail", "Fails.")

    yield raises
    COMMANDS.pop("fail", None)
    sys.modules.pop("seawall_test_fail", None)


@pytest.mark.parametrize(("error", "code"), ERRORS, ids=lambda value: type(value).__name__)
def test_each_error_has_its_code(failing: Any, error: BaseException, code: int) -> None:
    """The exit code is the one of the error's kind."""
    failing(error)

    assert outcome(["fail"]) == code


def test_an_error_is_said_on_stderr(failing: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """What, where, seen, allowed and what to do; standard output stays clean, no traceback."""
    failing(ERRORS[0][0])
    outcome(["fail"])

    said = capsys.readouterr()

    assert said.out == ""
    assert said.err.splitlines()[0] == "data.parquet: no rows"
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("error", "code"),
    [pair for pair in ERRORS if isinstance(pair[0], Exception) and pair[1] not in {0, 130}],
    ids=lambda value: type(value).__name__,
)
def test_json_holds_the_error(
    failing: Any, capsys: pytest.CaptureFixture[str], error: BaseException, code: int
) -> None:
    """With --json, one object on standard output says the same."""
    failing(error)
    outcome(["fail", "--json"])

    document = json.loads(capsys.readouterr().out)

    assert document["error"]["exit"] == code
    assert document["error"]["what"]


def test_json_holds_every_part_and_fault(failing: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The five parts by name, and each fault of a pipeline file with its place."""
    failing(ERRORS[0][0])
    outcome(["fail", "--json"])
    parts = json.loads(capsys.readouterr().out)["error"]
    failing(FAULT)
    outcome(["fail", "--json"])
    (fault,) = json.loads(capsys.readouterr().out)["error"]["faults"]

    assert (parts["where"], parts["seen"], parts["allowed"]) == ("data.parquet", "0", "at least 1")
    assert (fault["path"], fault["place"]["line"]) == ("ingest.primary", 3)


def test_a_bug_is_said_to_be_ours(failing: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The traceback is shown, and whose bug it is."""
    failing(ZeroDivisionError("by zero"))
    outcome(["fail"])

    said = capsys.readouterr().err

    assert "Traceback" in said
    assert "ZeroDivisionError: by zero" in said
    assert said.endswith("This is a bug of seawall, not of yours.\n")


def test_messages_cannot_steer_a_terminal(failing: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """An escape sequence in a value that is quoted is shown, not obeyed."""
    failing(DataError("bad value", seen="\x1b[2J"))
    outcome(["fail"])

    assert "\x1b" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("args", "hint"),
    [
        (["rnu"], "Did you mean run"),
        (["zzzz"], "seawall --help lists them"),
        (["runs", "--limt", "3"], "--limit"),
        (["runs", "--limit", "0"], "0 is not in the range"),
        (["--nope"], "No such option"),
    ],
)
def test_a_wrong_command_line_is_exit_2(
    capsys: pytest.CaptureFixture[str], args: list[str], hint: str
) -> None:
    """The message says what is near."""
    assert outcome(args) == 2
    assert hint in capsys.readouterr().err


@contextmanager
def called(project: Path, *args: str, **streams: Any) -> Iterator[subprocess.Popen[bytes]]:
    """The command, going on."""
    paths = os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)
    env = os.environ | {"PYTHONPATH": paths}
    argv = [sys.executable, *args]
    process = subprocess.Popen(argv, cwd=project, env=env, stderr=subprocess.PIPE, **streams)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


@pytest.mark.parametrize("args", [["--help"], ["runs"], ["schema"], ["explain", "--json"]])
def test_a_reader_who_left_is_no_error(
    project: Path, recorded: Callable[..., None], args: list[str]
) -> None:
    """`seawall … | true` ends with 0 and without a word."""
    recorded()
    reading, writing = os.pipe()
    os.close(reading)
    with called(project, "-m", "seawall", *args, stdout=writing) as process:
        os.close(writing)
        _, said = process.communicate(timeout=60)

    assert (process.returncode, said) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_an_answer_that_cannot_be_written_is_an_error(project: Path) -> None:
    """A full disk is no reader who left: exit 74."""
    with (
        Path("/dev/full").open("wb") as full,
        called(project, "-m", "seawall", "schema", stdout=full) as process,
    ):
        _, said = process.communicate(timeout=60)

    assert process.returncode == 74
    assert b"No space left" in said


_WAITING = """
import sys, time, types, click
from seawall.cli import main
from seawall.cli.commands import COMMANDS, Listed
module = sys.modules["seawall_test_wait"] = types.ModuleType("seawall_test_wait")
@click.command()
def wait():
    print("waiting", flush=True)
    time.sleep(60)
module.wait = wait
COMMANDS["wait"] = Listed("seawall_test_wait:wait", "Waits.")
main(["wait"])
"""


def test_ctrl_c_is_exit_130(project: Path) -> None:
    """Without a traceback."""
    with called(project, "-c", _WAITING, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)

    assert (process.returncode, said) == (130, b"interrupted\n")


def test_all_errors_are_known_here() -> None:
    """Each branch of the error tree has a code of its own kind, never that of a bug."""
    branches = [branch for branch in SeawallError.__subclasses__() if branch.exit != 1]

    assert {branch.__name__ for branch in SeawallError.__subclasses__()} == {
        branch.__name__ for branch in branches
    }
