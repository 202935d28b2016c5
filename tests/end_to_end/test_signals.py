"""SIGTERM, Ctrl-C, kill: how a run ends while it computes, and how the next one goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

Command = Callable[..., "subprocess.CompletedProcess[str]"]
Begin = Callable[..., "subprocess.Popen[str]"]
STEP = """
  - use: factory.steps:pause
    with: {{begun: "{begun}", gate: "{gate}", row: 30}}
"""


@pytest.fixture
def paused(published: Path) -> Path:
    """A project whose fourth chunk waits for the file `gate`, after it wrote its pid to `begun`."""
    os.mkfifo(published / "elsewhere" / "begun")
    config = published / "pipeline.yaml"
    where = published / "elsewhere"
    step = STEP.format(begun=where / "begun", gate=where / "gate").strip("\n")
    scale = "    with: {scale: 2.0}\n"
    config.write_text(config.read_text().replace(scale, f"{scale}{step}\n"))
    return published


def wait_for_chunk(project: Path) -> int:
    """The pid of the process that is in the fourth chunk; comes back when it is."""
    with (project / "elsewhere" / "begun").open() as begun:
        return int(begun.readline())


def let_go(project: Path) -> None:
    """The chunk goes on, and so does every later attempt at it."""
    (project / "elsewhere" / "gate").touch()
    (project / "elsewhere" / "begun").unlink(missing_ok=True)


def result_of(done: subprocess.CompletedProcess[str]) -> dict[str, object]:
    """The run's result as JSON."""
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.breaks(
    "SIGTERM or Ctrl-C", exit=143, then="the run stops at a chunk's border; a rerun resumes it"
)
@pytest.mark.parametrize("executor", ["threads", "processes"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_while_computing(
    paused: Path, begin: Begin, score: Command, executor: str, number: int
) -> None:
    """The run ends at the chunk's border with 128 and the signal; the next reuses what was finished."""
    process = begin(paused, "--executor", executor, "--workers", "1")
    wait_for_chunk(paused)
    process.send_signal(number)
    assert process.stderr is not None
    lines = iter(process.stderr.readline, "")
    told = next(line for line in lines if "stopping at the next chunk's border" in line)
    let_go(paused)
    out, err = process.communicate()
    rerun = result_of(score(paused, "--json"))

    assert told
    assert (process.returncode, "Traceback" in err) == (128 + number, False), err
    assert "breakdowns 2024-03-01: interrupted in" in out
    assert (rerun["state"], rerun["reused_chunks"]) == ("published", 4)


@pytest.mark.breaks(
    "a worker process: killed", then="published; its chunk is computed again, alone"
)
def test_killed_worker_costs_its_chunk(paused: Path, begin: Begin) -> None:
    """SIGKILL of a worker: its chunk is tried again alone, and the run publishes."""
    process = begin(paused, "--executor", "processes", "--workers", "2", "--log-format", "json")
    worker = wait_for_chunk(paused)
    let_go_without_losing(paused)
    os.kill(worker, signal.SIGKILL)
    (paused / "elsewhere" / "gate").touch()
    out, err = process.communicate()

    assert worker != process.pid
    assert (process.returncode, "published as version 2" in out) == (0, True), err
    (retried,) = [line for line in err.splitlines() if '"chunk retried"' in line]
    assert json.loads(retried)["chunk"] == "000003"
    assert "SIGKILL" in json.loads(retried)["reason"]


def let_go_without_losing(project: Path) -> None:
    """The next attempt at the chunk writes to a plain file: nobody reads the pipe any more."""
    (project / "elsewhere" / "begun").unlink()
    (project / "elsewhere" / "begun").touch()


def still_running(family: list[psutil.Process], wait_s: float) -> list[psutil.Process]:
    """Who of them is at work after so long; a dead one that init has not yet counted is not."""
    left = psutil.wait_procs(family, wait_s)[1]
    return [process for process in left if process.status() != psutil.STATUS_ZOMBIE]


def test_killed_parent_leaves_no_process(paused: Path, begin: Begin, score: Command) -> None:
    """SIGKILL of the command with workers at work: after two seconds none of them is left."""
    process = begin(paused, "--executor", "processes", "--workers", "2")
    worker = wait_for_chunk(paused)
    family = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    left = still_running(family, 2)
    let_go(paused)

    assert worker in {member.pid for member in family}
    assert left == []
    assert int(str(result_of(score(paused, "--json"))["reused_chunks"])) >= 2
