"""Processes that are killed while an upstream hangs: nothing of a run is left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from tests.http_server import hang
from tests.upstreams.watched import begun
from tests.upstreams.world import BATCH, Upstreams

pytestmark = pytest.mark.upstreams
PATIENT = [
    "--set=ingest.lookups.planes.attempt_timeout=60s",
    "--set=ingest.lookups.planes.deadline=60s",
]


def child_at_work(run: subprocess.Popen[str], upstreams: Upstreams) -> psutil.Process:
    """The process that waits for the planes, once it has asked for them."""
    until = time.monotonic() + 60
    while not upstreams.http.asked("/planes"):
        assert time.monotonic() < until, "nobody asked"
        assert run.poll() is None, run.communicate()
        time.sleep(0.02)
    family = psutil.Process(run.pid).children(recursive=True)
    (busy,) = (process for process in family if _talks_to(process, upstreams.http.port))
    return busy


def _talks_to(process: psutil.Process, port: int) -> bool:
    try:
        ends = process.net_connections()
    except psutil.NoSuchProcess:  # another lookup's, which is done
        return False
    return any(end.raddr and end.raddr.port == port for end in ends)


def test_a_child_that_is_killed_is_an_upstream_that_is_down(
    upstreams: Upstreams, flights: Path
) -> None:
    """Kill -9 of the child: the read is tried again, and the log names the signal."""
    healthy = upstreams.planes()
    upstreams.http.route("/planes", hang(), healthy)
    with begun(flights, upstreams.env, BATCH, *PATIENT) as run:
        child_at_work(run, upstreams).kill()
        stdout, stderr = run.communicate(timeout=60)

    assert run.returncode == 0, stderr
    assert json.loads(stdout)["degraded_rows"] == 0
    assert "SIGKILL" in stderr


def test_a_parent_that_is_killed_leaves_nobody(upstreams: Upstreams, flights: Path) -> None:
    """Kill -9 of the run: two seconds later none of its processes is left."""
    upstreams.http.route("/planes", hang())
    with begun(flights, upstreams.env, BATCH, *PATIENT) as run:
        child = child_at_work(run, upstreams)
        family = psutil.Process(run.pid).children(recursive=True)
        os.kill(run.pid, signal.SIGKILL)
        _, alive = psutil.wait_procs(family, timeout=2)

    assert child in family
    assert [one for one in alive if not _has_ended(one)] == []


def _has_ended(process: psutil.Process) -> bool:
    """Whether it is gone, or waits to be collected by whoever inherited it."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_sigterm_ends_a_run_that_waits_for_an_upstream(upstreams: Upstreams, flights: Path) -> None:
    """SIGTERM while a child hangs: the run is over within two seconds, with 143, and can go on."""
    upstreams.http.route("/planes", hang())
    with begun(flights, upstreams.env, BATCH, *PATIENT) as run:
        child_at_work(run, upstreams)
        family = psutil.Process(run.pid).children(recursive=True)
        asked = time.monotonic()
        run.send_signal(signal.SIGTERM)
        _, stderr = run.communicate(timeout=60)
        _, alive = psutil.wait_procs(family, timeout=2)

    assert run.returncode == 143, stderr
    assert time.monotonic() - asked < 6
    assert alive == []
