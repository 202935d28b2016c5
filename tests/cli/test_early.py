"""A signal that comes before anything was begun."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import os, signal
from seawall.cli.early import stopped_early
with stopped_early():
    os.kill(os.getpid(), signal.SIGTERM)
    signal.pause()
"""


def test_a_command_that_is_stopped_early_says_so() -> None:
    """SIGTERM while libraries are loaded ends with 143 and a word, not in silence."""
    done = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=False, timeout=60
    )

    assert (done.returncode, done.stderr) == (143, "stopped before anything was begun\n")
