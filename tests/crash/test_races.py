"""Two processes want the same batch at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from seawall.disk import Disk
from seawall.errors import TemporaryError
from seawall.sinks.files.lock import hold
from tests.crash.oracle import faults, log, wrongs
from tests.crash.protocol import Told, Work, publish, sink_on

REFUSED = 75


@pytest.mark.kill
def test_fifty_races(tmp_path: Path) -> None:
    """Of two processes that reach the commit at once one wins, and the other is refused, fifty times."""
    folder = tmp_path / "out" / "delays"
    for race in range(50):
        runs = [raced(folder, Work(2 * race + n)) for n in (1, 2)]
        for _, gate in runs:
            os.write(gate, b"x")
        ends = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid, _ in runs]
        assert sorted(ends) == [0, REFUSED]
    told = Told(tried={entry["commit_id"] for entry in log(Disk(), folder)})

    assert len(told.tried) == 50
    assert [*wrongs(Disk(), folder, told), *faults(sink_on(Disk(), folder))] == []


def raced(folder: Path, work: Work) -> tuple[int, int]:
    """A child that stands before its commit, without a lock that others see; and what lets it go on."""
    wait, gate = os.pipe()
    ready, tell = os.pipe()
    pid = os.fork()
    if pid:
        os.read(ready, 1)
        for descriptor in (wait, ready, tell):
            os.close(descriptor)
        return pid, gate
    for descriptor in (gate, ready):  # so that it goes on when the test is dead
        os.close(descriptor)
    code = 1
    try:
        code = _commit(folder, work, (wait, tell))
    finally:
        os._exit(code)


def _commit(folder: Path, work: Work, pipes: tuple[int, int]) -> int:
    wait, tell = pipes
    sink = sink_on(Disk(), folder)

    def meet() -> None:
        sink.disk.unlink(sink.layout.lock(work.batch))
        os.write(tell, b"x")
        os.read(wait, 1)

    try:
        publish(sink, work, Told(), meanwhile=meet)
    except TemporaryError:
        return REFUSED
    return 0


@pytest.mark.kill
def test_lock_lets_one_in(tmp_path: Path) -> None:
    """While one process has a batch, a second is refused without anything written."""
    folder = tmp_path / "out" / "delays"
    pid, gate = raced(folder, Work(1))
    sink = sink_on(Disk(), folder)
    lock = sink.layout.lock(Work(1).batch)
    with hold(sink.disk, lock, Work(2).holder), pytest.raises(TemporaryError, match="run-2"):
        publish(sink, Work(3), Told())
    os.write(gate, b"x")

    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert [entry["run_id"] for entry in log(Disk(), folder)] == ["run-1"]
