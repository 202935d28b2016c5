"""How the process of a command ends."""

from __future__ import annotations

import subprocess
import sys

import pytest

_PROGRAM = """
import atexit, sys, threading, time
from seawall.cli import command
class Last:
    def __del__(self):
        print("taken apart")
sys.modules["last"] = Last()
atexit.register(print, "registered")
def slow():
    time.sleep(0.1)
    print("waited for")
threading.Thread(target=slow).start()
if sys.argv.pop(1) == "watched":
    sys.setprofile(lambda *_: None)
command()
"""


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("alone", ["waited for", "registered"]),
        ("watched", ["waited for", "registered", "taken apart"]),
    ],
)
def test_the_end_of_a_command(how: str, told: list[str]) -> None:
    """All that wants to be done is done, and the interpreter is not taken apart under native threads."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, how, "no such command"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout.splitlines()) == (2, told)
