"""What is known of processes that belong together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from seawall.isolation import kin
from tests.isolation.asking import eventually

SLEEPS = [sys.executable, "-c", "import time; time.sleep(3600)"]


@pytest.mark.parametrize(
    ("code", "words"),
    [(0, "ended with exit code 0"), (3, "ended with exit code 3"), (-11, "killed by SIGSEGV")],
)
def test_an_end_has_words(code: int, words: str) -> None:
    """An exit code is a number, a signal has its name."""
    assert kin.how(code) == words


def test_a_signal_without_a_name_has_its_number() -> None:
    """Real-time signals have numbers only."""
    assert kin.how(-40) == "killed by signal 40"


def test_a_process_ends_with_its_lifeline() -> None:
    """Where the kernel cannot kill it, a process ends when nobody holds the other end of its pipe."""
    reader, writer = os.pipe()
    code = f"from seawall.isolation.kin import end_with; end_with({reader})"
    with subprocess.Popen([sys.executable, "-c", code], pass_fds=(reader,)) as process:
        os.close(reader)
        assert process.poll() is None

        os.close(writer)

        assert process.wait(timeout=60) == 1


def test_children_are_listed_until_they_are_waited_for() -> None:
    """A child that was killed is one of ours until somebody has taken its exit code."""
    with subprocess.Popen(SLEEPS) as process:
        assert process.pid in kin.children()
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert process.pid in kin.children()

    assert process.pid not in kin.children()


def test_descendants_reach_other_sessions() -> None:
    """A grandchild in a session of its own is a descendant, and a gone process has none."""
    code = f"import subprocess; subprocess.run({SLEEPS!r}, start_new_session=True)"
    with subprocess.Popen([sys.executable, "-c", code]) as process:
        # It leads a session as soon as its number is the session's.
        eventually(lambda: any(os.getsid(pid) == pid for pid in kin.descendants(process.pid)))

        for pid in kin.descendants(process.pid):
            os.kill(pid, signal.SIGKILL)
    assert kin.descendants(process.pid) == []


def test_a_group_that_is_gone_gets_nothing() -> None:
    """A signal to a process that has been waited for is no error."""
    process = subprocess.Popen(SLEEPS, start_new_session=True)
    kin.group_gets(process.pid, signal.SIGKILL)
    process.wait()

    kin.group_gets(process.pid, signal.SIGKILL)

    assert process.returncode == -signal.SIGKILL
