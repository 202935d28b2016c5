"""Real processes that are killed, stopped, locked out and out of space."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable

import pandas as pd
import pytest

from seawall.contracts import LogEntry
from seawall.errors import TemporaryError
from seawall.sinks.files import FilesSink, Holder

BATCH = "2013-07-01"
ME = Holder.here("run-x")
Publish = Callable[..., LogEntry]
Run = Callable[..., "subprocess.Popen[str]"]


def seen(sink: FilesSink) -> set[tuple[int, int]]:
    """What a reader of the folder sees: values, and how many rows each says that there are."""
    frame = pd.read_parquet(sink.folder)
    assert set(frame["n"]) == {len(frame)}
    return set(zip(frame["v"], frame["n"], strict=True))


def test_next_command_redoes_the_view(sink: FilesSink, publish: Publish, run: Run) -> None:
    """After a kill between commit and view, a refresh without any lock shows the new version."""
    publish(1, 5)
    run(2, SEAWALL_FAILPOINT="6e").communicate()
    before = seen(sink)
    sink.refresh_view(BATCH)

    assert (before, seen(sink)) == ({(1, 5)}, {(2, 10)})


def test_second_run_is_told_who_holds_the_lock(sink: FilesSink, run: Run) -> None:
    """While a run works, the next is refused with its run, pid, host and time."""
    holder = stopped(run(1, SEAWALL_FAILPOINT_STOP="2"))
    record = sink.layout.lock(BATCH).read_text()

    with pytest.raises(TemporaryError) as caught, sink.claim(BATCH, ME):
        pass
    assert f"run run-1, pid {holder.pid} on {os.uname().nodename} since 20" in str(caught.value)
    assert sink.layout.lock(BATCH).read_text() == record


def stopped(child: subprocess.Popen[str]) -> subprocess.Popen[str]:
    """The child, once it has stopped itself."""
    assert os.WIFSTOPPED(os.waitpid(child.pid, os.WUNTRACED)[1])
    return child


def test_lock_dies_with_its_holder(sink: FilesSink, run: Run) -> None:
    """A killed run leaves no lock behind."""
    run(1, SEAWALL_FAILPOINT="2").communicate()

    with sink.claim(BATCH, ME) as claim:
        assert claim.base is None


FORKER = """
import ctypes, os, signal, sys
from pathlib import Path
from seawall.sinks.files import FilesSink, Holder
fork = {"python": os.fork, "c": ctypes.CDLL(None).fork}[sys.argv[2]]
running, tell = os.pipe()
with FilesSink(Path(sys.argv[1])).claim("2013-07-01", Holder.here("run-f")):
    child = fork()
    if child == 0:
        os.write(tell, b"x")
        signal.pause()
    os.read(running, 1)
    print(child, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_lock_that_a_childs_descriptor_keeps(sink: FilesSink) -> None:
    """When the holder is dead and a child that C code forked has the lock, the child's pid is named."""
    child = forked(sink, "c")
    try:
        with pytest.raises(TemporaryError) as caught, sink.claim(BATCH, ME):
            pass
    finally:
        os.kill(child, signal.SIGKILL)

    assert f"that process is dead, its child with pid {child} still holds the lock" in str(
        caught.value
    )


def test_forked_child_does_not_keep_the_lock(sink: FilesSink) -> None:
    """A child forked by Python closes the lock, so that the batch is free when the run is dead."""
    child = forked(sink, "python")
    try:
        with sink.claim(BATCH, ME) as claim:
            assert claim.batch == BATCH
    finally:
        os.kill(child, signal.SIGKILL)


def forked(sink: FilesSink, how: str) -> int:
    """The pid of a child whose parent took the lock and was killed."""
    command = [sys.executable, "-c", FORKER, str(sink.folder), how]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.wait()
    return child


def test_woken_run_is_refused_by_the_log(sink: FilesSink, run: Run) -> None:
    """A run stopped before its commit, whose lock was taken away, loses to the one that published."""
    sleeper = stopped(run(1, SEAWALL_FAILPOINT_STOP="6d"))
    sink.layout.lock(BATCH).unlink()
    winner = run(2)
    winner.communicate()
    sleeper.send_signal(signal.SIGCONT)
    message = sleeper.communicate()[1]

    assert winner.returncode == 0
    assert "TemporaryError" in message
    assert seen(sink) == {(2, 10)}


@pytest.mark.parametrize("limit", [300, 1500])
def test_no_room_for_the_file(sink: FilesSink, publish: Publish, run: Run, limit: int) -> None:
    """When the system takes no more bytes, the error says so, and the old version stays."""
    publish(1, 5)
    child = run(2, rows=100_000, SEAWALL_TEST_FSIZE=str(limit))
    message = child.communicate()[1]

    assert "StorageError" in message
    assert "EFBIG" in message
    assert seen(sink) == {(1, 5)}
    assert [p for p in sink.layout.state.rglob("*.tmp") if "data" not in p.parts] == []


@pytest.mark.skipif(sys.platform != "linux", reason="mounts in a namespace of its own")
@pytest.mark.parametrize(
    ("mount", "message"),
    [
        ("mount -t tmpfs none {out}", "a mount of its own"),
        ("mount --bind {out} {out}", "a mount of its own"),
        ("mount --bind {out} {out} && mount -o remount,bind,ro {out}", "mount of its own"),
        ("mount -t tmpfs -o ro none {up}", "EROFS"),
        ("mount -t tmpfs -o size=64k none {up} && head -c 60K /dev/zero > {up}/fill", "ENOSPC"),
    ],
)
def test_folders_that_cannot_keep_the_promise(sink: FilesSink, mount: str, message: str) -> None:
    """Read-only, full, or a mount of its own: found before anything is computed."""
    sink.folder.mkdir(parents=True)
    script = mount.format(out=sink.folder, up=sink.folder.parent)
    command = f"{script} && exec {sys.executable} -c '{PREFLIGHT}' {sink.folder}"
    done = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", command], capture_output=True, text=True, check=False
    )
    if "unshare:" in done.stderr or "mount:" in done.stderr:
        pytest.skip(f"no mounts here: {done.stderr.strip()}")

    assert "StorageError" in done.stderr
    assert message in done.stderr


PREFLIGHT = """
import sys
from pathlib import Path
from seawall.sinks.files import FilesSink, Holder
sink = FilesSink(Path(sys.argv[1]))
sink.preflight()
with sink.claim("a", Holder.here("r")) as claim:
    claim.open_plan("p").put_part("0", bytes(99_999), rows=1)
"""
