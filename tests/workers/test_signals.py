"""A whole program with worker processes: killed, interrupted, or simply done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

Program = Callable[[str], Any]
Until = Callable[[Callable[[], bool]], None]

HEAD = """
import ctypes, os, signal, sys, time
from pathlib import Path
from seawall.workers import open_executor

folder = Path(sys.argv[1])
stopped = []
signal.signal(signal.SIGINT, lambda *_: stopped.append(True))

def sleeping(item):
    (folder / f"{os.getpid()}.begun").touch()
    time.sleep(600)

def locked(item):
    (folder / f"{os.getpid()}.begun").touch()
    ctypes.PyDLL(None).sleep(600)  # as C code does that holds the interpreter lock

def patient(item):
    (folder / f"{item}.begun").touch()
    while not (folder / "go on").exists():
        time.sleep(0.01)
    return item

def run(work, count):
    with open_executor("processes", workers=2, inner_threads=1, notify=print) as executor:
        print(sorted(executor.outcomes(work, range(count), lambda: bool(stopped))), flush=True)
"""


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Callable[[str], Any]]:
    """Starts a program in a session of its own, as in a terminal; what is left of it is killed."""
    started = []

    def start(last_line: str) -> Any:
        script = tmp_path / "script.py"
        script.write_text(HEAD + textwrap.dedent(last_line))
        command = [sys.executable, "-W", "error", str(script), str(tmp_path)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        process = psutil.Popen(command, start_new_session=True, env=environment, **pipes)
        started.append(process)
        return process

    yield start
    for process in started:
        for member in (*alive(process.pid), process):
            if member.is_running():
                member.kill()
        process.communicate()


def alive(session: int) -> list[psutil.Process]:
    """The processes of the session that run."""
    members = []
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) == session and process.status() != psutil.STATUS_ZOMBIE:
                members.append(process)
        except (ProcessLookupError, psutil.Error):
            continue
    return members


@pytest.mark.kill
@pytest.mark.parametrize(
    "work",
    [
        "sleeping",
        pytest.param(
            "locked",
            marks=pytest.mark.skipif(
                sys.platform != "linux", reason="only Linux kills a child with its parent"
            ),
        ),
    ],
)
def test_workers_die_with_their_parent(
    program: Program, tmp_path: Path, until: Until, work: str
) -> None:
    """Two seconds after a SIGKILL of the parent, no worker is left."""
    process = program(f"run({work}, 2)")
    until(lambda: len(list(tmp_path.glob("*.begun"))) == 2)

    process.kill()
    killed = time.monotonic()
    until(lambda: not alive(process.pid))

    assert time.monotonic() - killed < 2


@pytest.mark.kill
def test_ctrl_c_in_a_terminal_lets_the_work_finish(
    program: Program, tmp_path: Path, until: Until
) -> None:
    """SIGINT to the whole group stops at a chunk's border: what was begun comes back, no more."""
    process = program("run(patient, 50)")
    until(lambda: len(list(tmp_path.glob("*.begun"))) == 2)

    os.killpg(process.pid, signal.SIGINT)
    (tmp_path / "go on").touch()
    out, err = process.communicate(timeout=30)

    begun = sorted(int(file.stem) for file in tmp_path.glob("*.begun"))
    assert (out, err, process.returncode) == (f"{begun}\n", "", 0)
    assert len(begun) < 50


@pytest.mark.kill
@pytest.mark.parametrize("work", ["sleeping", "locked"])
def test_ctrl_c_without_a_handler_ends_the_program(
    program: Program, tmp_path: Path, until: Until, work: str
) -> None:
    """A KeyboardInterrupt gets through to a consumer that waits, and kills what is in work."""
    handler = "signal.signal(signal.SIGINT, signal.default_int_handler)"
    process = program(f"{handler}\nrun({work}, 2)")
    until(lambda: len(list(tmp_path.glob("*.begun"))) == 2)

    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)

    until(lambda: not alive(process.pid))
    assert err.endswith("KeyboardInterrupt\n")


def test_a_quiet_end_leaves_nothing(program: Program, until: Until) -> None:
    """No warning of a leaked semaphore, no output of its own, no process, under -W error."""
    process = program("run(abs, 10)")
    out, err = process.communicate(timeout=60)

    until(lambda: not alive(process.pid))
    assert (out, err, process.returncode) == (f"{list(range(10))}\n", "", 0)


@pytest.mark.kill
def test_a_death_leaves_nothing(program: Program, until: Until) -> None:
    """After two deaths the program ends as quietly as without."""
    process = program("run(lambda item: item or os.kill(os.getpid(), 9), 1)")
    out, err = process.communicate(timeout=60)

    until(lambda: not alive(process.pid))
    assert out.count("killed by SIGKILL") == 2
    assert (err, process.returncode) == ("", 0)
