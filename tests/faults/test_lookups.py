"""Lookups whose upstream cannot be reached, hangs, or dies: F33 to F38, and F58."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Command
from tests.faults.conftest import Saw
from tests.faults.weather import (
    FRESH,
    LOUD,
    TOKEN,
    declare,
    events,
    http,
    marks,
    nothing_left,  # noqa: F401 - a fixture for every test here
    two_ends,
)
from tests.http_server import HttpServer, drip, failure, hang, rows, too_many

IN_C = """\
import ctypes
import signal

def weather():
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
    libc = ctypes.PyDLL(None)
    while True:
        libc.pause()  # in C, with the interpreter's lock held
"""
SEGFAULTS = """\
import ctypes

def weather():
    ctypes.string_at(0)
"""
KILLED = """\
import os
import signal

def weather():
    os.kill(os.getpid(), signal.SIGKILL)  # as the kernel does when memory is used up
"""
DEATHS = {"SIGSEGV": SEGFAULTS, "SIGKILL": KILLED}
PYTHON = ("type: python", "use: factory.feed:weather", "retry: {max_attempts: 1}")


def closed_port() -> int:
    """A port of loopback on which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def test_f33_connection_refused(published: Path, score: Command, saw: Saw, out: Path) -> None:
    """A refused connection is tried again, then the chain answers; without one the run ends with 69."""
    done = two_ends(published, score, *http(f"http://127.0.0.1:{closed_port()}/weather"))
    attempts = [len(events(one, "attempt failed")) for one in done]

    happened = "asked twice; without a chain nothing is published, with one every row is marked"
    saw(done, [69, 0], happened, "Connection refused", "the upstream is down", folder=out)
    assert attempts == [2, 2]


def test_f33_unknown_name(published: Path, score: Command, saw: Saw, out: Path) -> None:
    """A host whose name leads nowhere is an upstream that is down."""
    declare(published, *http("http://nobody.invalid/weather", attempts=1, attempt="5s"))
    done = score(published, *LOUD, TOKEN=TOKEN)

    saw(done, 69, "a name that does not resolve is an upstream that is down", folder=out)


def test_f34_hangs(
    published: Path, score: Command, saw: Saw, out: Path, http_server: HttpServer
) -> None:
    """A call that gets no byte is killed when its time is up, and the log has the place it hung at."""
    url = http_server.route("/weather", hang())
    done = two_ends(published, score, *http(url, attempt="700ms", attempts=1))
    traces = [event["trace"] for one in done for event in events(one, "attempt failed")]

    happened = "killed at `attempt_timeout`, its stack in the log, its scratch files swept"
    saw(done, [69, 0], happened, "and the attempt was ended", folder=out)
    assert ["most recent call first" in trace for trace in traces] == [True, True]


def test_f35_drips(
    published: Path, score: Command, saw: Saw, out: Path, http_server: HttpServer
) -> None:
    """A server that sends a byte now and then gets no longer than the deadline over all attempts."""
    url = http_server.route("/weather", drip(rows(FRESH), every_s=0.1))
    patience = http(url, "deadline: 1s", attempt="700ms", attempts=9)
    done = two_ends(published, score, *patience)
    seconds = [event["seconds"] for one in done for event in events(one, "attempt failed")]

    happened = "the deadline is over all attempts, however many bytes came: killed"
    saw(done, [69, 0], happened, "and the attempt was ended", folder=out)
    assert max(seconds) < 1 + 2  # what it takes to end a process


def test_f36_hangs_in_c(published: Path, score: Command, saw: Saw, out: Path) -> None:
    """A call that sleeps in C and blocks SIGTERM is killed by SIGKILL after its grace."""
    (published / "factory" / "feed.py").write_text(IN_C)
    done = two_ends(published, score, *PYTHON, "attempt_timeout: 500ms")
    traces = [event["trace"] for one in done for event in events(one, "attempt failed")]

    happened = "SIGTERM, a second's grace, SIGKILL; the line of the call is in the log"
    saw(done, [69, 0], happened, "and the attempt was ended", folder=out)
    assert ["feed.py" in trace for trace in traces] == [True, True]


def test_f37_retry_after_a_second(
    published: Path, score: Command, saw: Saw, out: Path, http_server: HttpServer
) -> None:
    """Who asks for a second gets it, although the file's own waits are shorter."""
    url = http_server.route("/weather", too_many("1"), rows(FRESH))
    declare(published, *http(url, "deadline: 30s"))
    done = score(published, *LOUD, TOKEN=TOKEN)
    (attempt,) = events(done, "attempt failed")

    saw(done, 0, "Retry-After is waited for where it ends before the deadline", folder=out)
    assert (attempt["wait_s"] >= 1, marks(published)) == (True, {"": 52})


def test_f37_retry_after_hours(
    published: Path, score: Command, saw: Saw, out: Path, http_server: HttpServer
) -> None:
    """Who asks for ten hours is asked once, and the chain answers at once."""
    url = http_server.route("/weather", too_many("36000"))
    done = two_ends(published, score, *http(url, "deadline: 30s"))

    happened = "a wait beyond the deadline is none: the chain answers at once"
    saw(done, [69, 0], happened, "it asks to wait for 36,000 s", folder=out)
    assert len(http_server.asked("/weather")) == 2


def test_f38_an_error_once(
    published: Path, score: Command, saw: Saw, out: Path, http_server: HttpServer
) -> None:
    """One 500 is one more attempt, which is counted; no row is degraded."""
    url = http_server.route("/weather", failure(500), rows(FRESH))
    declare(published, *http(url))
    done = score(published, *LOUD, TOKEN=TOKEN)

    saw(done, 0, "asked again; the failed attempt is in the log, no row is marked", folder=out)
    assert [event["attempt"] for event in events(done, "attempt failed")] == [1]
    assert marks(published) == {"": 52}


@pytest.mark.parametrize("death", ["SIGSEGV", "SIGKILL"])
def test_f58_the_reading_process_dies(
    published: Path, score: Command, saw: Saw, out: Path, death: str
) -> None:
    """A source that takes its process with it is an upstream that is down, and the signal is named."""
    (published / "factory" / "feed.py").write_text(DEATHS[death])
    done = two_ends(published, score, *PYTHON)

    saw(
        done, [69, 0], "the run lives on; the signal is named, the chain answers", death, folder=out
    )
