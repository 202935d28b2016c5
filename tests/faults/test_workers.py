"""F74 to F77: worker processes that hang, are killed, crash, or run out of memory."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.faults.sound import ends, files, log, staged

BATCH = "2024-03-01"
Command = Callable[..., "subprocess.CompletedProcess[str]"]
Saw = Callable[..., None]
PLAIN = "    return frame.assign(strain="
PROCESSES = ("--set", "execution.executor=processes", "--workers", "1")


def before_strain(project: Path, lines: str) -> None:
    """The stage does this first."""
    steps = project / "factory/steps.py"
    steps.write_text(steps.read_text().replace(PLAIN, lines + PLAIN))


def test_f74_a_chunk_that_hangs(published: Path, score: Command, saw: Saw, out: Path) -> None:
    """A chunk that does not come back is killed, tried once more, and named with where it hung."""
    before = files(out)
    model = published / "factory/model.py"
    hang = '        import time\n        while (features["load"] == 74.0).any():\n            time.sleep(0.01)\n'
    model.write_text(model.read_text().replace("        square =", hang + "        square =", 1))
    done = score(published, *PROCESSES, "--set", "execution.attempt_timeout=1s")

    words = ["a chunk killed its worker twice", "longer than execution.attempt_timeout, 1 s"]
    words += ["chunk 000000", "in predict_proba", "chunk retried"]
    saw(done, 70, "killed, tried alone, killed again: named, with its stack", *words, folder=out)
    assert files(out) == before


def test_f74_threads_cannot_be_killed(published: Path, score: Command, saw: Saw, out: Path) -> None:
    """A limit that threads could not keep is refused: in the file, and for a run that asks for threads."""
    limit = ("--set", "execution.attempt_timeout=1s")
    written = score(published, *limit)
    asked = score(published, *limit, *PROCESSES, "--executor", "threads", "--force")

    words = ["execution.attempt_timeout: attempt_timeout has no effect", "cannot be killed"]
    saw([written, asked], [78, 2], "with threads the limit is refused", *words, folder=out)
    assert log(out, BATCH)[-1]["version"] == 1
