"""What foreign code prints is on standard error, whichever way it prints."""

from __future__ import annotations

import subprocess
import sys

import pytest

from seawall.cli.foreign import foreign_output

_PRINTS = """
import atexit, ctypes, os, subprocess, sys
from seawall.cli.foreign import foreign_output

print("answer 1")
with foreign_output():
    print("print")
    print("kept stream", file=sys.__stdout__)
    os.write(1, b"descriptor\\n")
    ctypes.CDLL(None).puts(b"C")
    subprocess.run(["echo", "child"], check=True)
    atexit.register(lambda: print("handler"))
print("answer 2")
"""


def test_foreign_output_is_no_answer() -> None:
    """By Python, by C, by a child and at the process's end: standard output has the answers alone."""
    done = subprocess.run(
        [sys.executable, "-c", _PRINTS], capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines() == ["answer 1", "answer 2"]
    said = {"print", "kept stream", "descriptor", "C", "child", "handler"}
    assert set(done.stderr.splitlines()) == said


def test_standard_output_is_as_it_was_afterwards() -> None:
    """Also where the foreign code raises."""
    before = sys.stdout
    with pytest.raises(KeyError), foreign_output():
        {}["x"]

    assert sys.stdout is before
