"""The batch's lock: F06 to F09."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.end_to_end.conftest import BATCH, Command
from tests.faults.conftest import Saw
from tests.faults.sound import ends, files, log, staged

Begin = Callable[..., "subprocess.Popen[str]"]
FORKER = """\
import ctypes
import os
import signal
from pathlib import Path


def fork(frame, *, told: str):
    \"\"\"C code begins a process that inherits the lock; then the run is killed.\"\"\"
    if len(frame) and not Path(told).exists():
        child = ctypes.CDLL(None).fork()
        if child == 0:
            while True:
                signal.pause()
        Path(told).write_text(str(child))
        os.kill(os.getpid(), signal.SIGKILL)
    return frame
"""


def stopped(process: subprocess.Popen[str]) -> subprocess.Popen[str]:
    """The process, once it has stopped itself."""
    assert os.WIFSTOPPED(os.waitpid(process.pid, os.WUNTRACED)[1])
    return process


def ended(process: subprocess.Popen[str]) -> subprocess.CompletedProcess[str]:
    """What the process said, once it was let go on and has ended."""
    process.send_signal(signal.SIGCONT)
    out, message = process.communicate(timeout=60)
    return subprocess.CompletedProcess([], process.returncode, out, message)


def test_f06_another_run_has_the_lock(
    published: Path, begin: Begin, score: Command, out: Path, saw: Saw
) -> None:
    """The second run is told who holds the batch, where and since when, and leaves no trace."""
    first = stopped(begin(published, "--force", SEAWALL_FAILPOINT_STOP="3e"))
    before = files(out)
    second = score(published, "--force")
    untouched = files(out)
    holder = f"pid {first.pid} on {socket.gethostname()} since 20"

    happened = "the second run names the first one's pid, host and time; the first publishes"
    saw([second, ended(first)], [75, 0], happened, "the lock is held", holder, folder=out)
    assert untouched == before
    assert len(log(out, BATCH)) == 2


def test_f07_the_holder_was_killed(project: Path, score: Command, out: Path, saw: Saw) -> None:
    """The lock dies with its holder, and the next run goes on from the chunks that were finished."""
    killed = score(project, SEAWALL_FAILPOINT="4f:2")
    finished = staged(out, BATCH)
    done = score(project, "--json")
    result = json.loads(done.stdout)

    saw([killed, done], [-9, 0], "the next run resumes: finished chunks are reused", folder=out)
    assert finished >= 2
    assert result["reused_chunks"] == finished < result["chunks"]


def test_f08_a_child_of_a_dead_run(project: Path, score: Command, out: Path, saw: Saw) -> None:
    """While a child that C code forked has the lock, its pid is named; after it the run resumes."""
    (project / "factory" / "forker.py").write_text(FORKER)
    config = project / "pipeline.yaml"
    step = f"featurize:\n  - {{use: factory.forker:fork, with: {{told: {project}/child}}}}\n"
    config.write_text(config.read_text().replace("featurize:\n", step))
    killed = score(project, "--workers", "1")
    child = int((project / "child").read_text())
    try:
        refused = score(project)
    finally:
        os.kill(child, signal.SIGKILL)
    done = score(project)

    words = ("that process is dead", f"its child with pid {child} still holds the lock")
    happened = "the child's pid is named; once it is gone the next run publishes"
    saw([killed, refused, done], [-9, 75, 0], happened, *words, folder=out)


def test_f09_a_lock_that_does_not_hold(
    published: Path, begin: Begin, score: Command, out: Path, saw: Saw
) -> None:
    """Of two runs that both have a lock, the log takes the first commit and refuses the second."""
    sleeper = stopped(begin(published, "--force", SEAWALL_FAILPOINT_STOP="6d"))
    (published / "out/breakdowns.seawall/locks" / BATCH).unlink()
    winner = score(published, "--force")
    before = files(out)
    loser = ended(sleeper)

    happened = "the first commit stands; the other run is refused by the log"
    saw([winner, loser], [0, 75], happened, "published as version 2", folder=out)
    assert files(out) == before
    assert [entry["version"] for entry in log(out, BATCH)] == [1, 2]
    assert ends(out, BATCH)[-1] == "committed"
