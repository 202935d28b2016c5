"""A call ends in time, whatever its process hangs in, and says where that was."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from seawall.isolation import Answered, Isolation, Stopped, TimedOut
from tests.isolation.asking import GRACE_S, LONG_S, SLACK_S, ask, eventually, left
from tests.isolation.foreign import noted

SHORT_S = 0.3
HANGS = ["sleeps", "holds_the_interpreter", "is_stopped", "matches"]


def timed_out(isolation: Isolation, name: str, folder: Path) -> TimedOut:
    """The reply of a function that hangs."""
    reply = ask(isolation, name, folder, timeout_s=SHORT_S)
    assert isinstance(reply, TimedOut), reply
    return reply


@pytest.mark.parametrize("name", HANGS)
def test_a_call_that_hangs_is_back_in_time(shared: Isolation, tmp_path: Path, name: str) -> None:
    """In Python, in C with the interpreter held, stopped, computing: it takes time plus grace."""
    ask(shared, "echoes", tmp_path)  # the server stands
    began = time.monotonic()

    reply = timed_out(shared, name, tmp_path)

    assert SHORT_S <= reply.seconds <= time.monotonic() - began < SHORT_S + GRACE_S + SLACK_S


@pytest.mark.parametrize("name", HANGS)
def test_a_hang_shows_where(shared: Isolation, tmp_path: Path, name: str) -> None:
    """The trace names the foreign function, and nothing of ours below it."""
    trace = timed_out(shared, name, tmp_path).trace

    assert f"in {name}" in trace
    assert "seawall" not in trace


@pytest.mark.parametrize("name", ["holds_the_interpreter", "is_stopped"])
def test_a_process_that_hangs_is_gone(shared: Isolation, tmp_path: Path, name: str) -> None:
    """Neither a blocked SIGTERM nor a stop keeps the process alive."""
    timed_out(shared, name, tmp_path)

    assert len(noted(tmp_path)) == 1
    assert left(noted(tmp_path)) == []


def test_the_main_thread_stands_first(shared: Isolation, tmp_path: Path) -> None:
    """Every thread is in the trace, the one that works for the call before the others."""
    trace = timed_out(shared, "sleeps_in_threads", tmp_path).trace

    assert 0 < trace.index("in sleeps_in_threads") < trace.index("in a_thread_of_its_own")


def test_a_deep_trace_keeps_the_innermost(shared: Isolation, tmp_path: Path) -> None:
    """A trace is cut at 8,000 characters, and the place of the hang is not what is cut."""
    trace = timed_out(shared, "recurses", tmp_path).trace

    assert len(trace) <= 8_000
    assert "in the_innermost" in trace.splitlines()[1]


def test_other_calls_go_on_meanwhile(shared: Isolation, tmp_path: Path) -> None:
    """While one call takes its time to end, another one is answered."""
    slow = threading.Thread(target=timed_out, args=(shared, "holds_the_interpreter", tmp_path))
    slow.start()
    eventually(lambda: len(noted(tmp_path)) == 1)

    assert isinstance(ask(shared, "echoes", tmp_path), Answered)
    slow.join()


@pytest.mark.parametrize("name", ["sleeps", "holds_the_interpreter", "is_stopped"])
def test_a_stop_ends_a_call_at_once(shared: Isolation, tmp_path: Path, name: str) -> None:
    """When the run is asked to stop, the call comes back without its time or grace being waited for."""
    asked: list[float] = []

    def stop() -> bool:
        if noted(tmp_path):
            asked.append(time.monotonic())
        return bool(asked)

    reply = shared.call(f"foreign:{name}", {}, folder=tmp_path, timeout_s=LONG_S, stop=stop)

    assert isinstance(reply, Stopped)
    assert time.monotonic() - asked[0] < SLACK_S
    assert left(noted(tmp_path)) == []


def test_a_stop_before_the_call_begins_nothing(isolation: Isolation, tmp_path: Path) -> None:
    """A call of a stopped run never gets as far as the foreign code."""
    reply = isolation.call(
        "foreign:sleeps", {}, folder=tmp_path, timeout_s=LONG_S, stop=lambda: True
    )

    assert isinstance(reply, Stopped)
    assert isinstance(ask(isolation, "echoes", tmp_path), Answered)
    assert noted(tmp_path) == []


def test_a_stop_that_raises_ends_the_process(shared: Isolation, tmp_path: Path) -> None:
    """An exception on the way, a Ctrl-C say, goes up, and the process does not stay behind."""

    def stop() -> bool:
        if noted(tmp_path):
            raise KeyboardInterrupt
        return False

    with pytest.raises(KeyboardInterrupt):
        shared.call("foreign:sleeps", {}, folder=tmp_path, timeout_s=LONG_S, stop=stop)
    assert left(noted(tmp_path)) == []


def test_an_import_that_hangs_is_not_waited_for(tmp_path: Path) -> None:
    """A server that hangs in what it preloads costs the call its time, and the next call works."""
    (tmp_path / "slow.py").write_text(
        "import os, time\n"
        "if not os.path.exists('waited'):\n"
        "    open('waited', 'w').close()\n"
        "    time.sleep(3600)\n".replace("waited", str(tmp_path / "waited"))
    )
    handler, never = "json:loads", lambda: False
    with Isolation(preload=["slow"], path=[str(tmp_path)]) as isolation:
        isolation.begin()
        eventually((tmp_path / "waited").exists)

        reply = isolation.call(handler, {}, folder=tmp_path, timeout_s=SHORT_S, stop=never)
        second = isolation.call(handler, {}, folder=tmp_path, timeout_s=LONG_S, stop=never)

    assert isinstance(reply, TimedOut)
    assert "still imported" in reply.trace
    assert not isinstance(second, TimedOut)
