"""The run's own deadline: it stops what waits, spares what is published, and kills what hangs."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from seawall.config.load import load
from seawall.errors import InterruptedRunError, SeawallError, TemporaryError
from seawall.running.deadline import Deadline, watch, within_deadline
from seawall.running.order import Order

PIPELINE = """\
pipeline: p
ingest: {{primary: {{type: csv, path: d.csv, key: k}}}}
predict: {{model: {{type: sklearn, path: m.skops}}, outputs: [p]}}
publish: {{type: files, path: out}}
limits: {{{limits}}}
"""
FOR_EVER_S = 60
HANGS = """
import re, sys, threading
from pathlib import Path
from seawall.config.load import load
from seawall.running.deadline import within_deadline
from seawall.running.order import Order

def hang_in_a_stage():
    if sys.argv[2] == "locked":
        re.match("(a+)+$", "a" * 60 + "b")  # in C, and nobody else runs meanwhile
    threading.Event().wait()

def tell(error):
    print("told:", error.what, flush=True)
    if sys.argv[2] == "deaf":
        threading.Event().wait()

order = Order(load(Path(sys.argv[1]), env={}), "b", "r")
with within_deadline(order, tell):
    hang_in_a_stage()
"""


def order(folder: Path, limits: str) -> Order:
    """A run of a pipeline with these limits, that nobody has begun."""
    (folder / "p.yaml").write_text(PIPELINE.format(limits=limits))
    return Order(load(folder / "p.yaml", env={}), "b", "r")


def stopped_within(order: Order) -> None:
    """A run waits until it is asked to stop, and says by which signal."""
    with within_deadline(order, unheard):
        if order.stop.wait(FOR_EVER_S):
            raise InterruptedRunError("stopped", order.stop.signal_number)


def unheard(_: SeawallError) -> None:
    """Nobody is told."""


def test_whoever_waits_wakes_at_the_deadline(tmp_path: Path) -> None:
    """A wait that would last for ever ends when the time is up, as TemporaryError that names the limit."""
    hurried = order(tmp_path, "run_deadline: 20ms")
    with pytest.raises(TemporaryError) as caught:
        stopped_within(hurried)

    assert (caught.value.where, int(caught.value.exit)) == ("limits.run_deadline", 75)


def test_a_signal_is_still_a_signal(tmp_path: Path) -> None:
    """A run that was stopped by a signal ends with the signal's code, deadline or not."""
    patient = order(tmp_path, "run_deadline: 1h")
    patient.stop.set(15)
    with pytest.raises(InterruptedRunError) as caught:
        stopped_within(patient)

    assert int(caught.value.exit) == 143


def test_what_is_published_is_left_in_peace(tmp_path: Path) -> None:
    """After the commit nothing stops the run, however long the rest takes."""
    published, late = order(tmp_path, "run_deadline: 20ms"), Deadline(0.0)
    late.meet()
    watch(late, published, TemporaryError("late"), unheard)

    assert not published.stop()


def test_without_a_limit_there_is_all_the_time(tmp_path: Path) -> None:
    """A pipeline without a deadline has no end, and nothing watches it."""
    with within_deadline(order(tmp_path, "retries: 1"), unheard) as deadline:
        assert deadline.remaining() is None


def test_what_remains_is_never_negative() -> None:
    """The time that is left is counted from the start, and ends at 0."""
    times = iter([100.0, 103.0, 120.0])
    deadline = Deadline(10.0, clock=lambda: next(times))

    assert (deadline.remaining(), deadline.remaining()) == (7.0, 0.0)


def run_hanging(folder: Path, how: str) -> subprocess.CompletedProcess[str]:
    """A run that hangs in a stage, until it is killed."""
    order(folder, "run_deadline: 50ms, grace: 500ms")
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(HANGS), str(folder / "p.yaml"), how],
        capture_output=True, text=True, check=False, timeout=FOR_EVER_S,
    )  # fmt: skip


@pytest.mark.parametrize("listener", ["quick", "deaf"])
def test_what_hangs_is_killed(tmp_path: Path, listener: str) -> None:
    """A run that hangs beyond its grace says where, tells its end and exits 75, whoever listens."""
    done = run_hanging(tmp_path, listener)

    assert done.returncode == 75, done.stderr
    assert "in hang_in_a_stage" in done.stderr
    assert "not published after 0.05 s" in done.stderr
    assert done.stdout == "told: the run's time is up\n"


def test_what_holds_the_lock_is_killed_too(tmp_path: Path) -> None:
    """Foreign code that lets no other thread run is ended all the same, and it is said where it hung."""
    done = run_hanging(tmp_path, "locked")

    assert done.returncode == 1
    assert "in hang_in_a_stage" in done.stderr
